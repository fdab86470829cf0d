/** Runs a notebook again and compares the figures that it recorded. */
import { UserError } from '../../lib/errors.ts';
import { figuresType } from '../session/display.ts';
import { readNotebook, type Notebook } from './notebook-file.ts';
import { runNotebook, type NotebookRun } from './notebook.ts';

export interface Difference {
  name: string;
  /** Index of the cell that recorded it. */
  cell: number;
  recorded: number | undefined;
  found: number | undefined;
}

export interface Verification {
  /** How many figures were compared. */
  figures: number;
  differences: Difference[];
  failed?: { index: number; message: string };
}

/**
 * Figures must be equal to the bit, or within the relative `rewardlab.tolerance` of the notebook's
 * metadata. Throws where a notebook has recorded none.
 */
export async function verifyNotebook(
  path: string,
  options: Omit<NotebookRun, 'output'> = {},
): Promise<Verification> {
  const before = readNotebook(path);
  const recorded = figuresOf(before);
  if (recorded.length === 0)
    throw new UserError(
      `'${path}' has recorded no figures`,
      'record some with display.figures({ name: number }) and run it once',
    );
  const tolerance = toleranceOf(before);
  const { notebook, failed } = await runNotebook(path, { ...options, output: false });
  const differences = failed ? [] : compare(recorded, figuresOf(notebook), tolerance);
  return { figures: recorded.length, differences, ...(failed && { failed }) };
}

interface Figure {
  name: string;
  cell: number;
  value: number;
}

function figuresOf(notebook: Notebook): Figure[] {
  return notebook.cells.flatMap((cell, index) =>
    (cell.outputs ?? []).flatMap((output) => {
      const data = (output['data'] as Record<string, unknown> | undefined)?.[figuresType] as
        Record<string, number> | undefined;
      return Object.entries(data ?? {}).map(([name, value]) => ({ name, cell: index, value }));
    }),
  );
}

function compare(
  recorded: readonly Figure[],
  found: readonly Figure[],
  tolerance: number,
): Difference[] {
  const keyOf = ({ cell, name }: Figure): string => `${cell} ${name}`;
  const [old, now] = [
    new Map(recorded.map((f) => [keyOf(f), f])),
    new Map(found.map((f) => [keyOf(f), f])),
  ];
  return [...new Set([...old.keys(), ...now.keys()])].flatMap((key) => {
    const [a, b] = [old.get(key), now.get(key)];
    if (a && b && close(a.value, b.value, tolerance)) return [];
    const { name, cell } = (a ?? b)!;
    return [{ name, cell, recorded: a?.value, found: b?.value }];
  });
}

function close(a: number, b: number, tolerance: number): boolean {
  return Object.is(a, b) || Math.abs(a - b) <= tolerance * Math.max(Math.abs(a), Math.abs(b));
}

function toleranceOf(notebook: Notebook): number {
  const { tolerance = 0 } = (notebook.metadata['rewardlab'] ?? {}) as { tolerance?: unknown };
  if (typeof tolerance === 'number' && tolerance >= 0) return tolerance;
  throw new UserError(
    `the notebook's metadata 'rewardlab.tolerance' must be a number from 0 up, got '${JSON.stringify(tolerance)}'`,
  );
}
