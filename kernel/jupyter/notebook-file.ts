/** Notebook files: read as nbformat 4.5, whatever minor version they are, and written whole. */
import { randomUUID } from 'node:crypto';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { UserError } from '../../lib/errors.ts';

export interface Output extends Record<string, unknown> {
  output_type: 'stream' | 'display_data' | 'execute_result' | 'error';
}

export interface Cell {
  cell_type: 'code' | 'markdown' | 'raw';
  id: string;
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
    const { code } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'there is no such file' : (code ?? String(error));
    throw new UserError(`cannot read the notebook '${path}': ${why}`, undefined, { cause: error });
  }
  const notebook = parse(text);
  if (notebook?.nbformat !== 4 || !Array.isArray(notebook.cells))
    throw new UserError(
      `'${path}' is not a notebook of format 4`,
      'open and save it in JupyterLab, which converts older ones',
    );
  return upgraded(notebook);
}

/** Writes to a temporary name, then renames: a reader sees the old notebook or the new one. */
export function writeNotebook(path: string, notebook: Notebook): void {
  const fresh = `${path}.new-${process.pid}`;
  const lines = { ...notebook, cells: notebook.cells.map(inLines) };
  try {
    writeFileSync(fresh, JSON.stringify(lines, null, 1) + '\n');
    renameSync(fresh, path);
  } catch (error) {
    rmSync(fresh, { force: true });
    throw new UserError(
      `cannot write the notebook to '${path}': ${(error as Error).message}`,
      'choose another place with --output FILE',
      { cause: error },
    );
  }
}

/** nbformat allows a list of lines in place of a text. */
export function sourceOf(cell: Cell): string {
  return Array.isArray(cell.source) ? cell.source.join('') : cell.source;
}

function parse(text: string): Notebook | undefined {
  try {
    return JSON.parse(text) as Notebook;
  } catch {
    return undefined;
  }
}

/** Cells have ids since 4.5. */
function upgraded(notebook: Notebook): Notebook {
  const cells = notebook.cells.map((cell: Omit<Cell, 'id' | 'metadata'> & Partial<Cell>) => ({
    ...cell,
    id: cell.id ?? randomUUID().slice(0, 8),
    metadata: cell.metadata ?? {},
  }));
  const { metadata = {}, nbformat_minor: minor } = notebook as Partial<Notebook>;
  return { ...notebook, nbformat_minor: Math.max(5, minor ?? 0), metadata, cells };
}

/** As Jupyter writes them, so that a change shows as its own line. */
function inLines(cell: Cell): Cell {
  const source = linesOf(sourceOf(cell));
  return cell.outputs
    ? { ...cell, source, outputs: cell.outputs.map(outputInLines) }
    : { ...cell, source };
}

/** What nbformat takes for text; a PNG is one long line. */
const inText = /^(text\/.*|image\/svg\+xml|application\/javascript)$/;

function outputInLines(output: Output): Output {
  const { text, data } = output;
  if (typeof text === 'string') return { ...output, text: linesOf(text) };
  if (typeof data !== 'object' || data === null) return output;
  const split = Object.entries(data as Record<string, unknown>).map(([type, value]) => [
    type,
    typeof value === 'string' && inText.test(type) ? linesOf(value) : value,
  ]);
  return { ...output, data: Object.fromEntries(split) as Record<string, unknown> };
}

function linesOf(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}
