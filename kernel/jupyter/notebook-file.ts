/** Notebook files (nbformat 4.5): read, checked for what we use, and written whole. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { UserError } from '../../lib/errors.ts';

export interface Output extends Record<string, unknown> {
  output_type: 'stream' | 'display_data' | 'execute_result' | 'error';
}

export interface Cell {
  cell_type: 'code' | 'markdown' | 'raw';
  id?: string;
  metadata: Record<string, unknown> & { tags?: string[] };
  source: string | string[];
  outputs?: Output[];
  execution_count?: number | null;
}

export interface Notebook {
  nbformat: number;
  nbformat_minor: number;
  metadata: Record<string, unknown>;
  cells: Cell[];
}

export function readNotebook(path: string): Notebook {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new UserError(`no notebook '${path}'`, undefined, { cause: error });
  }
  try {
    const notebook = JSON.parse(text) as Notebook;
    if (notebook.nbformat === 4 && Array.isArray(notebook.cells)) return notebook;
  } catch {
    // said below
  }
  throw new UserError(
    `'${path}' is not a notebook of format 4`,
    'open and save it in JupyterLab, which converts older ones',
  );
}

/** Writes to a temporary name, then renames: a reader sees the old notebook or the new one. */
export function writeNotebook(path: string, notebook: Notebook): void {
  const fresh = `${path}.new-${process.pid}`;
  writeFileSync(fresh, JSON.stringify(notebook, null, 1) + '\n');
  renameSync(fresh, path);
}

/** nbformat allows a list of lines in place of a text. */
export function sourceOf(cell: Cell): string {
  return Array.isArray(cell.source) ? cell.source.join('') : cell.source;
}
