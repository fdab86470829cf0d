/** A folder of a test's own with the tutorials in it, and a place for Jupyter to find a kernel in. */
import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../lib/temporary.ts';

const root = join(import.meta.dirname, '../..');

/** Where screenshots go, to be looked at. */
export const pictures = join(root, 'test-results');

export function makeWorkshop(): { notebooks: string; prefix: string; jupyterPath: string } {
  const folder = temporaryFolder();
  const notebooks = join(folder, 'notebooks');
  const prefix = join(folder, 'prefix');
  mkdirSync(pictures, { recursive: true });
  cpSync(join(root, 'notebooks'), notebooks, {
    recursive: true,
    filter: (source) => !source.includes('runs'),
  });
  return { notebooks, prefix, jupyterPath: join(prefix, 'share/jupyter') };
}
