/** A recipe of one's own, checked by the compiler, with the options' type taken from their schema. */
import { z } from 'zod';
import type { Row } from '../data/rows.ts';
import type { TextEncoder } from '../text/encoder.ts';
import { fit } from './encode.ts';
import type { Example, Recipe, Selection } from './recipe.ts';
import { rowBatches } from './row-batches.ts';
import { surveyRows, type RowReader } from './survey.ts';

/** How a recipe reads the rows of a split: `pairRows`, or what `eachRow` makes. */
export type RowsReader<O> = (selection: Selection<O>) => RowReader | Promise<RowReader>;

/** A recipe that makes one example of a row: which rows fit, their order and resuming follow from that. */
export interface RowRecipe<O> extends Pick<
  Recipe<O>,
  'name' | 'loss' | 'common' | 'contradictions'
> {
  rows: RowsReader<O>;
  summary?: string;
  columns?: Recipe['columns'];
  /** `reward` where absent. */
  head?: Recipe['head'];
  /** None where absent. */
  options?: z.ZodType<O>;
}

/** A whole recipe is returned as it is; one by rows gets its batches. */
export function defineRecipe<O = Record<string, never>>(
  recipe: Recipe<O> | RowRecipe<O>,
): Recipe<O> {
  if (!('rows' in recipe)) return recipe;
  const { rows, options, ...named } = recipe;
  return {
    summary: 'a recipe of your own',
    columns: {},
    head: 'reward',
    ...named,
    options: options ?? (z.object({}) as unknown as z.ZodType<O>),
    survey: async (selection, exact) => surveyRows(selection, await rows(selection), exact),
    batches: async function* (source) {
      yield* rowBatches(source, await rows(source));
    },
  };
}

/** What a row's example is made with. */
export interface RowTools<O> {
  text: TextEncoder;
  options: O;
  /** The row's number, for `Example.row`. */
  index: number;
  /** Cuts ids as --max-length and --truncation say; undefined where the row is to be left out. */
  fit: (ids: readonly number[]) => readonly number[] | undefined;
}

/**
 * Reads rows one by one: an example of each, or, for a row that cannot be used, why not, in words that
 * are few enough to be counted.
 */
export function eachRow<O>(
  columns: readonly string[],
  read: (row: Row, tools: RowTools<O>) => Example | string,
): RowsReader<O> {
  return ({ text, options, batching }) => {
    const attempt = (row: Row, index: number): { made: Example | string; cut: boolean } => {
      let cut = false;
      const shorten = (ids: readonly number[]): readonly number[] | undefined => {
        const kept = fit(ids, batching);
        cut ||= kept !== undefined && kept.length < ids.length;
        return kept;
      };
      return { made: read(row, { text, options, index, fit: shorten }), cut };
    };
    return {
      columns,
      refusal: (row, index) => {
        const { made } = attempt(row, index);
        return typeof made === 'string' ? made : undefined;
      },
      example: (row, index) => {
        const { made, cut } = attempt(row, index);
        if (typeof made === 'string') throw new Error(`row ${index} was refused: ${made}`);
        return { example: made, cut };
      },
    };
  };
}
