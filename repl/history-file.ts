/**
 * The history between sessions: a file under the person's state folder, one JSON string a line, so
 * that cells of several lines stay whole. For their eyes only: cells may hold secrets.
 */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { historyLimit } from './state/history.ts';

export interface HistoryFile {
  load(): Promise<string[]>;
  /** Adds a cell; resolves once the file is whole again. */
  append(code: string): Promise<void>;
  /** Resolves once everything added so far is written. */
  settled(): Promise<void>;
}

/** Where the history lies: `$XDG_STATE_HOME/rewardlab/history.jsonl`. */
export function historyPath(env: NodeJS.ProcessEnv = process.env): string {
  // The specification says that a relative path is to be ignored.
  const state = env['XDG_STATE_HOME']?.startsWith('/') ? env['XDG_STATE_HOME'] : undefined;
  return join(state ?? join(homedir(), '.local', 'state'), 'rewardlab', 'history.jsonl');
}

/** A history that cannot be read is empty, and one that cannot be written is not kept. */
export function historyFile(path: string = historyPath()): HistoryFile {
  let saving = Promise.resolve();
  return {
    load: () => read(path),
    append(code) {
      saving = saving.then(() => add(path, code)).catch(() => undefined);
      return saving;
    },
    settled: () => saving,
  };
}

/** Reads before it writes, so that two terminals keep each other's cells. */
async function add(path: string, code: string): Promise<void> {
  const entries = [...(await read(path)), code].slice(-historyLimit);
  const temporary = `${path}.${String(process.pid)}`;
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const lines = entries.map((entry) => `${JSON.stringify(entry)}\n`);
  await writeFile(temporary, lines.join(''), { mode: 0o600 });
  await rename(temporary, path);
}

async function read(path: string): Promise<string[]> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return text.split('\n').flatMap(entryOf).slice(-historyLimit);
}

/** A damaged line costs that line alone. */
function entryOf(line: string): string[] {
  try {
    const entry: unknown = JSON.parse(line);
    return typeof entry === 'string' ? [entry] : [];
  } catch {
    return [];
  }
}
