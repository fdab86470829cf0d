/**
 * Rows as preferences: of two answers, the one that was chosen. Takes plain text, messages (nested or as
 * JSON text) and token ids; says of each row that is no preference why, so that callers can count.
 */
import { UserError } from '../errors.ts';
import type { Cell, Row } from './cell.ts';
import { filesText, requireColumns } from './columns.ts';
import { looksLikeMessages, shown } from './messages.ts';
import { idsPair, messagesPair, textPair } from './preference-pair.ts';
import type { IdsPair, MessagesPair, Refused, TextPair } from './preference-pair.ts';
import type { Rows } from './rows.ts';

/** How a table holds its answers. */
export type Layout = 'text' | 'messages' | 'ids';

/** A pair of answers. In `messages` both sides are whole conversations, the prompt included. */
export type Preference = (TextPair | MessagesPair | IdsPair) & {
  /** Index in the table. */
  row: number;
  /** How much better, in reward units, where the table says so. */
  margin?: number;
  /** How much better, in steps, where the table says so. */
  strength?: number;
};

/** A row that is no preference. `dropped` is one of few reasons, to be counted; `detail` is of this row. */
export type Dropped = Refused & { row: number };

export interface PreferenceReader {
  layout: Layout;
  /** The columns to ask `rows.read` and `rows.scan` for. */
  columns: string[];
  read(row: Row, index: number): Preference | Dropped;
}

/** Column names, where they are not the usual ones. */
export interface PreferenceColumns {
  chosen?: string;
  rejected?: string;
  prompt?: string;
  margin?: string;
  strength?: string;
}

/** Finds out how a table holds its answers. Refuses, in a sentence, columns that are missing or of a wrong type. */
export async function preferenceReader(
  rows: Rows,
  names: PreferenceColumns = {},
): Promise<PreferenceReader> {
  const sides = sideColumns(rows, names);
  const layout = await layoutOf(rows, sides);
  const optional = optionalColumns(rows, names);
  if (layout === 'ids') delete optional.prompt;
  const columns = [...sides, optional.prompt, optional.margin, optional.strength].filter(
    (name) => name !== undefined,
  );
  for (const name of [optional.margin, optional.strength])
    if (name !== undefined) await requireNumbers(rows, name);
  const pair = { text: textPair, messages: messagesPair, ids: idsPair }[layout];
  return {
    layout,
    columns,
    read: (row, index) => {
      const cell = (name: string | undefined): Cell => (name === undefined ? null : row[name]!);
      const read = pair(cell(sides[0]), cell(sides[1]), cell(optional.prompt));
      if ('dropped' in read) return { row: index, ...read };
      const numbers = strengths(row, optional);
      return 'dropped' in numbers
        ? { row: index, ...numbers }
        : { row: index, ...numbers, ...read };
    },
  };
}

function sideColumns(rows: Rows, names: PreferenceColumns): [string, string] {
  const has = (name: string): boolean => Object.hasOwn(rows.columns, name);
  if (
    !names.chosen &&
    !names.rejected &&
    !has('chosen') &&
    has('chosen_ids') &&
    has('rejected_ids')
  )
    return ['chosen_ids', 'rejected_ids'];
  const sides: [string, string] = [names.chosen ?? 'chosen', names.rejected ?? 'rejected'];
  requireColumns(rows, sides);
  return sides;
}

interface Optional {
  prompt?: string;
  margin?: string;
  strength?: string;
}

function optionalColumns(rows: Rows, names: PreferenceColumns): Optional {
  const usual = { prompt: 'prompt', margin: 'margin', strength: 'preference_strength' };
  const found: Optional = {};
  for (const key of ['prompt', 'margin', 'strength'] as const) {
    const asked = names[key];
    if (asked !== undefined) requireColumns(rows, [asked]);
    const name = asked ?? usual[key];
    if (Object.hasOwn(rows.columns, name)) found[key] = name;
  }
  return found;
}

/** Decides from the first chunk of rows; an empty table of answers counts as text. */
async function layoutOf(rows: Rows, sides: [string, string]): Promise<Layout> {
  const seen = sides.map(() => new Set<Layout>());
  for await (const chunk of rows.scan(sides)) {
    for (const [index, row] of chunk.entries())
      for (const [i, side] of sides.entries()) {
        const layout = layoutOfCell(row[side]!);
        if (layout === 'other')
          throw wrongType(rows, side, 'text, messages or token ids', index, row);
        if (layout) seen[i]!.add(layout);
      }
    break;
  }
  const [chosen, rejected] = seen.map(strongest);
  if (chosen && rejected && chosen !== rejected)
    throw new UserError(
      `${filesText(rows.paths)} ${chosen} in '${sides[0]}' and ${rejected} in '${sides[1]}', expected the same in both`,
    );
  return chosen ?? rejected ?? 'text';
}

/** Where some texts are JSON of messages, the others should be. */
function strongest(seen: ReadonlySet<Layout>): Layout | undefined {
  return (['ids', 'messages', 'text'] as const).find((layout) => seen.has(layout));
}

function layoutOfCell(value: Cell): Layout | 'other' | undefined {
  if (value === null) return undefined;
  if (typeof value === 'string') return looksLikeMessages(value) ? 'messages' : 'text';
  if (!Array.isArray(value)) return 'other';
  const [first] = value;
  if (first === undefined) return undefined;
  if (typeof first === 'number') return 'ids';
  return typeof first === 'object' && first !== null && 'role' in first ? 'messages' : 'other';
}

async function requireNumbers(rows: Rows, name: string): Promise<void> {
  const type = rows.columns[name]!;
  if (type === '' || /^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|FLOAT|DOUBLE|DECIMAL.*)$/.test(type))
    return;
  const [row] = await rows.read([0], [name]);
  throw wrongType(rows, name, 'numbers', 0, row!);
}

function wrongType(rows: Rows, name: string, expected: string, index: number, row: Row): UserError {
  const type = rows.columns[name] || 'values';
  return new UserError(
    `${filesText(rows.paths)} ${type} in column '${name}', expected ${expected}; row ${index} holds ${shown(row[name]!)}`,
  );
}

interface Numbers {
  margin?: number;
  strength?: number;
}

function strengths(row: Row, { margin, strength }: Optional): Numbers | Refused {
  const found: Numbers = {};
  for (const [key, name] of Object.entries({ margin, strength })) {
    const cell = name === undefined ? null : row[name]!;
    if (cell === null) continue;
    const value = typeof cell === 'number' ? cell : NaN;
    if (key === 'margin' && Number.isFinite(value)) found.margin = value;
    else if (key === 'strength' && Number.isInteger(value)) found.strength = value;
    else
      return {
        dropped: key === 'margin' ? 'margin is not a number' : 'strength is not a whole number',
        detail: `${name!} holds ${shown(cell)}`,
      };
  }
  return found;
}
