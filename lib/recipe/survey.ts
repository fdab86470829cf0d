/** Which rows of a table a recipe can use, and how long they are. */
import type { Row } from '../data/rows.ts';
import { shuffled } from '../data/order.ts';
import { tokensOf } from './pair.ts';
import type { Example, Selection, Survey } from './recipe.ts';

/** How a recipe turns a row into an example. */
export interface RowReader<E extends Example = Example> {
  /** The columns to ask for. */
  columns: readonly string[];
  /** Why a row cannot be used, in words that are few enough to be counted. */
  refusal(row: Row, index: number): string | undefined;
  /** The example of a row that was not refused. */
  example(row: Row, index: number): { example: E; cut: boolean };
}

/** Rows whose lengths stand for all, while nobody needs exact numbers. */
const sampleRows = 64;

/** Rows that are named of those that a reason drops. */
const namedRows = 10;

/** Refuses row by row; measures all kept rows if `exact`, else a seeded sample of them. */
export async function surveyRows(
  { rows, seed }: Pick<Selection<unknown>, 'rows' | 'seed'>,
  reader: RowReader,
  exact: boolean,
): Promise<Survey> {
  const kept: number[] = [];
  const dropped: Record<string, number> = {};
  const droppedRows: Record<string, number[]> = {};
  const exactly = exact || rows.count <= sampleRows;
  const sum = { cut: 0, tokens: 0 };
  let index = 0;
  for await (const chunk of rows.scan(reader.columns))
    for (const row of chunk) {
      const reason = reader.refusal(row, index);
      if (reason === undefined) {
        kept.push(index);
        if (exactly) measure(reader, [row, index], sum);
      } else {
        dropped[reason] = (dropped[reason] ?? 0) + 1;
        if (dropped[reason] <= namedRows) (droppedRows[reason] ??= []).push(index);
      }
      index++;
    }
  const survey = { kept: Int32Array.from(kept), dropped, droppedRows };
  if (exactly) return { ...survey, ...sum, approximate: false };
  const sample = shuffled(kept.length, seed, -2)
    .slice(0, sampleRows)
    .map((place) => kept[place]!)
    .sort();
  const found = await rows.read(sample, reader.columns);
  found.forEach((row, i) => measure(reader, [row, sample[i]!], sum));
  const share = kept.length / Math.max(1, sample.length);
  const whole = { cut: Math.round(sum.cut * share), tokens: Math.round(sum.tokens * share) };
  return { ...survey, ...whole, approximate: true };
}

function measure(
  reader: RowReader,
  [row, index]: readonly [Row, number],
  sum: { cut: number; tokens: number },
): void {
  const { example, cut } = reader.example(row, index);
  sum.tokens += tokensOf(example);
  if (cut) sum.cut++;
}
