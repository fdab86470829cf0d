/** Runs a notebook again and compares the figures that it recorded. */
import { UserError } from '../../lib/errors.ts';
import { arithmetic } from '../../lib/train/machine.ts';
import { figuresType, type Figures, type Recorded } from '../session/figures.ts';
import { readNotebook, type Notebook } from './notebook-file.ts';
import { runNotebook, type NotebookRun } from './notebook.ts';

export interface Difference {
  name: string;
  /** Index of the cell that recorded it. */
  cell: number;
  recorded: number | undefined;
  found: number | undefined;
  /** How far apart they might lie: 0 where they had to be the same bits. */
  within: number;
}

export interface Verification {
  /** How many figures were compared. */
  figures: number;
  differences: Difference[];
  /** Other ways in which figures were summed than here, which are compared within their limits. */
  elsewhere: string[];
  failed?: { index: number; message: string };
}

/**
 * Figures that were made by the arithmetic of this machine must be equal to the bit, others within the
 * limits that were recorded with them. Throws where a notebook has recorded none.
 */
export async function verifyNotebook(
  path: string,
  options: Omit<NotebookRun, 'output'> = {},
): Promise<Verification> {
  const recorded = figuresOf(readNotebook(path));
  if (recorded.length === 0)
    throw new UserError(
      `'${path}' has recorded no figures`,
      'record some with display.figures({ name: number }) and run it once',
    );
  const { notebook, failed } = await runNotebook(path, { ...options, output: false });
  const differences = failed ? [] : compare(recorded, figuresOf(notebook));
  const elsewhere = [...new Set(recorded.flatMap(({ elsewhere: other }) => other ?? []))];
  return { figures: recorded.length, differences, elsewhere, ...(failed && { failed }) };
}

interface Figure {
  name: string;
  cell: number;
  value: number;
  within: number;
  /** How it was summed, where that is not as here. */
  elsewhere?: string;
}

function figuresOf(notebook: Notebook): Figure[] {
  return notebook.cells.flatMap((cell, index) =>
    (cell.outputs ?? []).flatMap((output) => {
      const { data, metadata } = output as {
        data?: { [figuresType]?: Figures };
        metadata?: { [figuresType]?: Recorded };
      };
      const how = metadata?.[figuresType];
      const figures = Object.entries(data?.[figuresType] ?? {});
      return figures.map(([name, value]) => ({ name, cell: index, value, ...limitOf(name, how) }));
    }),
  );
}

function limitOf(name: string, how: Recorded | undefined): Pick<Figure, 'within' | 'elsewhere'> {
  if (!how || how.arithmetic === arithmetic()) return { within: 0 };
  const within = typeof how.within === 'number' ? how.within : (how.within[name] ?? 0);
  return { within, elsewhere: how.arithmetic };
}

function compare(recorded: readonly Figure[], found: readonly Figure[]): Difference[] {
  const keyOf = ({ cell, name }: Figure): string => `${cell} ${name}`;
  const [old, now] = [
    new Map(recorded.map((f) => [keyOf(f), f])),
    new Map(found.map((f) => [keyOf(f), f])),
  ];
  return [...new Set([...old.keys(), ...now.keys()])].flatMap((key) => {
    const [a, b] = [old.get(key), now.get(key)];
    const within = a?.within ?? 0;
    if (a && b && close(a.value, b.value, within)) return [];
    const { name, cell } = (a ?? b)!;
    return [{ name, cell, recorded: a?.value, found: b?.value, within }];
  });
}

/** As decimal figures are: 0.9 and 0.93 lie within 0.03. */
function close(a: number, b: number, within: number): boolean {
  return Object.is(a, b) || (within > 0 && Math.abs(a - b) <= within * (1 + 1e-9));
}
