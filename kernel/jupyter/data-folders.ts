/** Where Jupyter looks for what is installed, by its own rules, and how a folder of ours gets there: whole, or not at all. */
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { UserError } from '../../lib/errors.ts';

/** The one that things are installed in: of a prefix, for example a Python environment, or the user's own. */
export function dataFolder(prefix?: string): string {
  return prefix === undefined ? userData() : join(prefix, 'share', 'jupyter');
}

/** Those that Jupyter reads, as far as it can be told from here. */
export function dataFolders(): string[] {
  const path = (process.env['JUPYTER_PATH'] ?? '')
    .split(process.platform === 'win32' ? ';' : ':')
    .filter(Boolean);
  const environment = process.env['VIRTUAL_ENV'];
  return [...new Set([...path, userData(), ...(environment ? [dataFolder(environment)] : [])])];
}

/** Writes a folder beside its place and puts it there, in place of an older one, when it is whole. */
export function writeFolder(
  folder: string,
  { what, write }: { what: string; write: (fresh: string) => void },
): void {
  const hidden = join(dirname(folder), `.${basename(folder)}`); // Jupyter passes such names over.
  const [fresh, old] = [`${hidden}.new-${process.pid}`, `${hidden}.old-${process.pid}`];
  try {
    mkdirSync(fresh, { recursive: true });
    write(fresh);
    if (existsSync(folder)) renameSync(folder, old);
    renameSync(fresh, folder);
    rmSync(old, { recursive: true, force: true });
  } catch (error) {
    rmSync(fresh, { recursive: true, force: true });
    if (existsSync(old) && !existsSync(folder)) renameSync(old, folder);
    throw new UserError(
      `cannot write ${what} to '${folder}': ${(error as Error).message}`,
      'choose another place with --prefix DIR',
      { cause: error },
    );
  }
}

function userData(): string {
  const { JUPYTER_DATA_DIR, APPDATA, XDG_DATA_HOME } = process.env;
  if (JUPYTER_DATA_DIR) return JUPYTER_DATA_DIR;
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Jupyter');
  if (process.platform === 'win32') return join(APPDATA ?? homedir(), 'jupyter');
  return join(XDG_DATA_HOME || join(homedir(), '.local', 'share'), 'jupyter');
}
