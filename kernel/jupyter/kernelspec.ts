/** Where Jupyter looks for kernels, and the folder that tells it of ours. */
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UserError } from '../../lib/errors.ts';
import { ownModule } from '../../lib/own-process.ts';

export interface KernelPlace {
  /** For example the folder of a Python environment; absent: the user's own kernels. */
  prefix?: string;
  name?: string;
}

export const displayName = 'TypeScript (rewardlab)';

/** Runs a kernel; a connection file follows. Node strips its types by itself, sooner than our loader. */
export const kernelCommand = [
  process.execPath,
  '--disable-warning=ExperimentalWarning',
  fileURLToPath(ownModule('kernel/jupyter/main')),
] as const;

/** Node's own cache: half of a kernel's start is compiling what was compiled before. */
export const kernelEnvironment = { NODE_COMPILE_CACHE: join(tmpdir(), 'node-compile-cache') };

/** Writes the kernelspec whole, in place of an older one; returns its folder. */
export async function installKernel(place: KernelPlace = {}): Promise<string> {
  const folder = folderOf(place);
  refuseOthers(folder);
  const fresh = `${folder}.new-${process.pid}`;
  const old = `${folder}.old-${process.pid}`;
  try {
    mkdirSync(fresh, { recursive: true });
    writeFileSync(join(fresh, 'kernel.json'), JSON.stringify(kernelspec(), null, 2) + '\n');
    cpSync(new URL('./logo-svg.svg', import.meta.url), join(fresh, 'logo-svg.svg'));
    if (existsSync(folder)) renameSync(folder, old);
    renameSync(fresh, folder);
    rmSync(old, { recursive: true, force: true });
  } catch (error) {
    rmSync(fresh, { recursive: true, force: true });
    throw new UserError(
      `cannot write the kernel to '${folder}': ${(error as Error).message}`,
      'choose another place with --prefix DIR',
      { cause: error },
    );
  }
  return Promise.resolve(folder);
}

/** Removes the kernelspec; returns the folder that was there. */
export async function uninstallKernel(place: KernelPlace = {}): Promise<string> {
  const folder = folderOf(place);
  if (!existsSync(folder))
    throw new UserError(
      `no kernel at '${folder}'`,
      `installed: ${installedKernels().join(', ') || 'none'}`,
    );
  refuseOthers(folder);
  rmSync(folder, { recursive: true });
  return Promise.resolve(folder);
}

/** Folders of kernels of ours that Jupyter finds, whatever they are named. */
export function installedKernels(): string[] {
  const path = (process.env['JUPYTER_PATH'] ?? '')
    .split(process.platform === 'win32' ? ';' : ':')
    .filter(Boolean);
  const roots = [
    ...path,
    userData(),
    ...(process.env['VIRTUAL_ENV'] ? [join(process.env['VIRTUAL_ENV'], 'share/jupyter')] : []),
  ];
  return roots.flatMap((root) => {
    const kernels = join(root, 'kernels');
    const names = existsSync(kernels) ? readdirSync(kernels) : [];
    return names.map((name) => join(kernels, name)).filter(isOurs);
  });
}

function kernelspec(): Record<string, unknown> {
  return {
    argv: [...kernelCommand, '{connection_file}'],
    env: kernelEnvironment,
    display_name: displayName,
    language: 'typescript',
    interrupt_mode: 'message',
  };
}

function isOurs(folder: string): boolean {
  const file = join(folder, 'kernel.json');
  return existsSync(file) && readFileSync(file, 'utf8').includes(displayName);
}

/** A name may be that of another kernel, which is not ours to touch. */
function refuseOthers(folder: string): void {
  if (existsSync(folder) && !isOurs(folder))
    throw new UserError(`'${folder}' is another kernel`, 'choose another name with --name NAME');
}

function folderOf({ prefix, name = 'rewardlab' }: KernelPlace): string {
  if (!/^\w[\w.-]*$/.test(name))
    throw new UserError(
      `a kernel's name has letters, digits, '_', and between them '.' and '-', got '${name}'`,
    );
  return join(
    prefix === undefined ? userData() : join(prefix, 'share', 'jupyter'),
    'kernels',
    name,
  );
}

/** Jupyter's data folder of the user, by its own rules. */
function userData(): string {
  const { JUPYTER_DATA_DIR, APPDATA, XDG_DATA_HOME } = process.env;
  if (JUPYTER_DATA_DIR) return JUPYTER_DATA_DIR;
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Jupyter');
  if (process.platform === 'win32') return join(APPDATA ?? homedir(), 'jupyter');
  return join(XDG_DATA_HOME || join(homedir(), '.local', 'share'), 'jupyter');
}
