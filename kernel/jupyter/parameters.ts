/** Parameters of a notebook: a cell that sets them, put after the one that is tagged `parameters`. */
import { UserError } from '../../lib/errors.ts';
import type { Cell, Notebook } from './notebook-file.ts';

const injected = 'injected-parameters';

/** A notebook with these set, in place of those of an earlier run; values are JSON. */
export function withParameters(
  notebook: Notebook,
  parameters: Readonly<Record<string, unknown>> = {},
): Notebook {
  if (Object.keys(parameters).length === 0) return notebook;
  const cells = notebook.cells.filter((cell) => !hasTag(cell, injected));
  const at = cells.findIndex((cell) => hasTag(cell, 'parameters'));
  if (at < 0)
    throw new UserError(
      `the notebook has no cell tagged 'parameters'`,
      `tag the cell that sets ${Object.keys(parameters).join(', ')}`,
    );
  return { ...notebook, cells: cells.toSpliced(at + 1, 0, cellOf(parameters)) };
}

export function hasTag({ metadata }: Cell, tag: string): boolean {
  return metadata.tags?.includes(tag) ?? false;
}

function cellOf(parameters: Readonly<Record<string, unknown>>): Cell {
  const source = Object.entries(parameters).map(([name, value]) => {
    if (!/^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(name))
      throw new UserError(`a parameter's name must be a TypeScript name, got '${name}'`);
    return `var ${name} = ${JSON.stringify(value)};`;
  });
  return {
    cell_type: 'code',
    id: injected,
    metadata: { tags: [injected] },
    source: source.join('\n'),
    outputs: [],
    execution_count: null,
  };
}
