/** Reads every row, makes samples and rows of them, and puts these aside; says what each of them belongs to. */
import { converterFor } from '../convert/recognise.ts';
import { NotUsable, type Converter, type Sample } from '../convert/sample.ts';
import type { Row } from '../cell.ts';
import { columnTypes } from '../infer.ts';
import { drawnPlaces } from '../order.ts';
import { refusals, type Refusals } from '../refusals.ts';
import type { Schema } from '../write.ts';
import { isUserError, UserError } from '../../errors.ts';
import type { Filter } from './filters.ts';
import { officialOf } from './official.ts';
import { digest, promptGroup } from './prompt-group.ts';
import type { Spool } from './spool.ts';
import type { Table } from './tables.ts';
import type { Labelled, Target } from './target.ts';

export interface Gathering {
  tables: readonly Table[];
  /** A converter's name, or `auto`. */
  from: string;
  target: Target;
  filters: readonly Filter[];
  /** Rows to draw; all where it is not given. */
  limit?: number;
  seed: number;
  /** Both orders of each pair; where it is not given, as the format does. */
  swap?: boolean;
}

/** What is known of one row that was put aside, which is found under the same number in the spool. */
export interface Gathered {
  /** Number of its prompt. */
  group: number;
  label: string;
  table: number;
  official: string | undefined;
}

export interface Gathers {
  converter: Converter;
  gathered: Gathered[];
  schema: Schema;
  /** Rows that were read, and those of which samples came. */
  read: number;
  used: number;
  dropped: Record<string, number>;
  /** A sentence a reason and table. */
  notes: string[];
}

/** Rows between two looks at whether it goes on. */
const stride = 500;

/** `goesOn` is told how far it is, and throws where it should not go on. */
export async function gather(
  plan: Gathering,
  spool: Spool,
  goesOn: (done: number, all: number) => void,
): Promise<Gathers> {
  const converter = oneConverter(plan);
  const samplesOf = sampleRows(plan, converter);
  const types = columnTypes();
  const gathered: Gathered[] = [];
  const refused = plan.tables.map(() => refusals());
  let [read, used] = [0, 0];
  for await (const { row, index, table, all } of drawnRows(plan)) {
    if (read++ % stride === 0) goesOn(read - 1, all);
    try {
      const samples = samplesOf(row);
      const said = typeof row.split === 'string' ? officialOf(row.split) : undefined;
      const official = said ?? officialOf(plan.tables[table]!.place);
      for (const { rows, group } of samples) {
        for (const each of rows) {
          types.add(each.row);
          gathered.push({ group, label: each.label, table, official });
        }
        await spool.add(rows.map((each) => each.row));
      }
      used++;
    } catch (error) {
      if (!(error instanceof NotUsable)) throw ofRow(error, plan.tables[table]!.name, index);
      refused[table]!.add(index, error);
    }
  }
  goesOn(read, read);
  const left = leftOut(refused, plan.tables);
  if (gathered.length === 0)
    throw new UserError(['no row could be used', ...left.notes].join('\n  '));
  return { converter, gathered, schema: types.types(), read, used, ...left };
}

/** A column that holds two types is found at the row that brings the second one. */
function ofRow(error: unknown, table: string, row: number): unknown {
  if (!isUserError(error)) return error;
  return new UserError(`${table}, row ${row}: ${error.message}`, error.hint, { cause: error });
}

/** The rows that a limit leaves, each with its number in its table. */
async function* drawnRows({ tables, limit, seed }: Gathering) {
  const total = tables.reduce((sum, { count }) => sum + count, 0);
  const drawn = limit !== undefined && limit < total ? drawnPlaces(total, limit, seed) : undefined;
  let place = 0;
  for (const [table, { rows }] of tables.entries()) {
    let index = 0;
    for await (const row of rows()) {
      if (drawn?.has(place++) ?? true) yield { row, index, table, all: drawn?.size ?? total };
      index++;
    }
  }
}

function leftOut(refused: readonly Refusals[], tables: readonly Table[]) {
  const dropped: Record<string, number> = {};
  const notes: string[] = [];
  for (const [table, left] of refused.entries()) {
    for (const [reason, count] of Object.entries(left.counts))
      dropped[reason] = (dropped[reason] ?? 0) + count;
    const where = tables.length > 1 ? `${tables[table]!.name}: ` : '';
    notes.push(...left.sentences().map((sentence) => where + sentence));
  }
  return { dropped, notes };
}

/** The format that all tables share. */
function oneConverter({ tables, from }: Gathering): Converter {
  const found = tables.map(({ name, columns }) => converterFor(from, columns, name));
  const other = found.findIndex((converter) => converter !== found[0]);
  if (other < 0) return found[0]!;
  throw new UserError(
    `files of one export should have one format: ${tables[0]!.name} is ${found[0]!.name}, ${tables[other]!.name} is ${found[other]!.name}`,
    'export them one after the other',
  );
}

/** Rows of a sample and the number of its prompt, for each sample of a row. */
function sampleRows(
  { target, filters, swap }: Gathering,
  converter: Converter,
): (row: Row) => { rows: Labelled[]; group: number }[] {
  const groups = new Map<string, number>();
  let turn = 0;
  const rowsOf = (sample: Sample): { rows: Labelled[]; group: number } => {
    const group = promptGroup(sample.input);
    const circumstances = {
      id: sample.id ?? digest(sample),
      source: converter.name.replaceAll('-', '_'),
      group,
      swap: swap ?? converter.swaps ?? false,
      turn: turn++,
    };
    const rows = target.rows(sample, circumstances);
    if (!groups.has(group)) groups.set(group, groups.size);
    return { rows, group: groups.get(group)! };
  };
  return (row) => {
    const made = converter.convert(row);
    for (const sample of made)
      for (const filter of filters) {
        const refused = filter(sample);
        if (refused) throw new NotUsable(refused.dropped, refused.detail);
      }
    return made.map(rowsOf);
  };
}
