/** Files and folders that a word of a command line begins to name. */
import { readdir } from 'node:fs/promises';
import { basename, resolve } from 'node:path';

/** As they are written there; folders end with a slash. Hidden ones only where a dot was typed. */
export async function pathsFor(word: string, cwd: string): Promise<string[]> {
  const name = word === '' || word.endsWith('/') ? '' : basename(word);
  const before = word.slice(0, word.length - name.length);
  const entries = await readdir(resolve(cwd, before), { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.name.startsWith(name) && !/\s/.test(entry.name))
    .filter((entry) => name.startsWith('.') || !entry.name.startsWith('.'))
    .map((entry) => `${before}${entry.name}${entry.isDirectory() ? '/' : ''}`)
    .sort();
}
