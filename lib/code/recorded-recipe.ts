/**
 * The files of a recorded recipe, in a folder of its run: what `record-recipe` writes in a session and
 * `replay-recipe` trains from, without the code that made it.
 */
import { z } from 'zod';
import type { WrittenGraph } from '../graph/written.ts';
import type { CommonOptions, Survey } from '../recipe/recipe.ts';

/** The folder within the run folder, and the file that says all but the rows. */
export const recordFolder = 'recipe';
export const recordFile = 'recipe.json';

/** One unique example a row, as JSON, in a column of this name. */
export const exampleColumn = 'example';
export const examplesFile = (split: SplitName): string => `${split}.parquet`;
/** A `RecordedBatch` a line. */
export const batchesFile = (split: SplitName): string => `${split}-batches.jsonl`;

export type SplitName = 'train' | 'validation';

const split = z.object({
  /** What the recipe said of the rows; `kept` of them are used. */
  survey: z.custom<Omit<Survey, 'kept'>>((survey) => typeof survey === 'object'),
  kept: z.int().min(0),
  batches: z.int().min(0),
});
export type RecordedSplit = z.infer<typeof split>;

/** The version of this format. */
const format = 1;

export const recordedRecipe = z.object({
  format: z.literal(format).default(format),
  name: z.string(),
  summary: z.string(),
  columns: z.record(z.string(), z.string()),
  head: z.enum(['reward', 'causal']),
  common: z.custom<CommonOptions>((common) => typeof common === 'object').optional(),
  /** The options' schema as JSON schema, and the values that the record was made with. */
  options: z.looseObject({}),
  settings: z.record(z.string(), z.unknown()),
  splits: z.object({ train: split, validation: split.optional() }),
  /** The loss of each form of batch. */
  losses: z.record(
    z.string(),
    z.custom<WrittenGraph>((graph) => typeof graph === 'object'),
  ),
});
export type RecordedRecipe = z.infer<typeof recordedRecipe>;

/** A batch whose examples are places in the file of examples. */
export const recordedBatch = z.object({
  examples: z.array(z.int().min(0)),
  cut: z.number().optional(),
  updates: z.array(z.array(z.int().min(0))).optional(),
  metrics: z.record(z.string(), z.number()).optional(),
  rows: z.number().optional(),
  samples: z
    .array(
      z.object({
        prompt: z.string(),
        completion: z.string(),
        values: z.record(z.string(), z.union([z.number(), z.string()])),
      }),
    )
    .optional(),
});
export type RecordedBatch = z.infer<typeof recordedBatch>;

/** Common options that say which batches there are and what runs together. */
export const batchOptions = [
  'batch_size',
  'micro_batch_tokens',
  'epochs',
  'max_length',
  'truncation',
  'shuffle',
] as const;
