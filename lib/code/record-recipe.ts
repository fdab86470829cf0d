/**
 * Records a recipe of a session for a job: its batches, tokenised, and the graph of its loss for every
 * form of micro-batch that occurs. The job then trains as fast as any, and resumes without the recipe.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { z } from 'zod';
import type { Row } from '../data/rows.ts';
import { UserError } from '../errors.ts';
import type { WrittenGraph } from '../graph/written.ts';
import { symbolicBatch } from '../model/decoder.ts';
import { structureOf } from '../model/layout.ts';
import type { Batch, Example, Policy, Recipe } from '../recipe/recipe.ts';
import type { Job } from '../train/job.ts';
import { divide } from '../train/packing.ts';
import { prepare, type Prepared, type Split } from '../train/plan.ts';
import { writeWhole } from '../write-whole.ts';
import { recordProgress, type Recording } from './record-progress.ts';
import { formOf, recordLoss } from './recorded-loss.ts';
import {
  batchesFile,
  batchOptions,
  exampleColumn,
  examplesFile,
  recordFile,
  type RecordedBatch,
  type RecordedRecipe,
  type RecordedSplit,
  type SplitName,
} from './recorded-recipe.ts';
import { hashOf } from './spec.ts';
import { writeTable } from './write-table.ts';

/** Why a recipe cannot be recorded: its batches are written by the model. */
class AskedPolicy extends Error {}

interface RecordOptions extends Pick<Recording, 'notice' | 'now'> {
  recipe: Recipe;
  folder: string;
  signal?: AbortSignal | undefined;
}

/**
 * Fills a folder and returns the hash of its record, or undefined where the recipe asks the policy, whose
 * answers nobody knows before the run. Rejects with the signal's reason once it is aborted.
 */
export async function recordRecipe(
  job: Job,
  { recipe, folder, signal, ...told }: RecordOptions,
): Promise<string | undefined> {
  const prepared = await prepare(job, recipe, false);
  const recorder = createRecorder(recipe, job, prepared);
  const recorded = recordProgress({ name: recipe.name, rows: rowsToRecord(prepared), ...told });
  const record = async (name: SplitName, split: Split, most: number): Promise<RecordedSplit> => {
    const batches: RecordedBatch[] = [];
    const taken = firstBatches(recipe, split, { most, signal, recorded });
    const rows = recorder.rows(taken, batches);
    await writeTable(join(folder, examplesFile(name)), rows, { [exampleColumn]: 'VARCHAR' });
    const lines = batches.map((batch) => `${JSON.stringify(batch)}\n`);
    await writeWhole(join(folder, batchesFile(name)), lines.join(''));
    const { kept, ...survey } = split.survey;
    return { survey, kept: kept.length, batches: batches.length };
  };
  try {
    const { train, validation, plan } = prepared;
    const splits = {
      train: await record('train', train, plan.steps),
      ...(validation && { validation: await record('validation', validation, Infinity) }),
    };
    const text = JSON.stringify(recordOf(recipe, job, { splits, losses: recorder.losses() }));
    await writeWhole(join(folder, recordFile), text);
    return await hashOf(join(folder, recordFile));
  } catch (error) {
    if (error instanceof AskedPolicy) return undefined;
    throw error;
  }
}

/** An epoch's last batch may be smaller, so that whole epochs are counted by their rows. */
function rowsToRecord({ plan, options: { max_steps, batch_size } }: Prepared): number {
  const { rows, epochs } = plan;
  const train = max_steps === null ? rows.train * epochs : max_steps * batch_size;
  return train + rows.validation;
}

function recordOf(
  { name, summary, columns, head, common, options }: Recipe,
  job: Job,
  found: Pick<RecordedRecipe, 'splits' | 'losses'>,
): RecordedRecipe {
  const schema = z.toJSONSchema(options, { io: 'input', unrepresentable: 'any' });
  const names = [...Object.keys(schema.properties ?? {}), ...batchOptions];
  const settings = names.map((name) => [name, job.options[name]] as const);
  return {
    format: 1,
    ...{ name, summary, columns, head },
    ...(common && { common: { ...common } }),
    options: schema,
    settings: Object.fromEntries(settings.filter(([, value]) => value !== undefined)),
    ...found,
  };
}

interface Taking {
  /** Most batches. */
  most: number;
  signal: AbortSignal | undefined;
  /** Told of the rows of every batch. */
  recorded: (rows: number) => void;
}

/** The batches that a run takes, every one with a turn for what else the session does. */
async function* firstBatches(
  recipe: Recipe,
  { selection, survey: { kept } }: Split,
  { most, signal, recorded }: Taking,
): AsyncGenerator<Batch> {
  const refuse = (): Promise<never> => Promise.reject(new AskedPolicy());
  const policy: Policy = { generate: refuse, logProbs: refuse };
  let taken = 0;
  for await (const batch of recipe.batches({ ...selection, kept, policy })) {
    signal?.throwIfAborted();
    yield batch;
    recorded(batch.examples.length);
    if (++taken >= most) return;
    await setImmediate();
  }
}

interface Recorder {
  /** The examples that were not seen before, as rows of a table; notes the batches. */
  rows(batches: AsyncIterable<Batch>, into: RecordedBatch[]): AsyncGenerator<Row>;
  losses(): Record<string, WrittenGraph>;
}

function createRecorder(recipe: Recipe, job: Job, { config, recipeOptions }: Prepared): Recorder {
  const losses: Record<string, WrittenGraph> = {};
  const mostTokens = Number(job.options.micro_batch_tokens);
  const noteForms = (examples: readonly Example[]): void => {
    for (const places of divide(examples, mostTokens)) {
      const batch = symbolicBatch(structureOf(places.map((place) => examples[place]!)));
      losses[formOf(batch)] ??= recordLoss(
        (model, batch) => recipe.loss(model, batch, recipeOptions),
        batch,
        config.vocab,
      );
    }
  };
  return {
    losses: () => losses,
    async *rows(batches, into) {
      const known = new Map<string, number>();
      for await (const { examples, updates, cut, metrics, rows, samples } of batches) {
        const texts = examples.map(exampleText);
        for (const part of updates ?? [examples.keys().toArray()])
          noteForms(part.map((place) => examples[place]!));
        const places: number[] = [];
        for (const text of texts) {
          const key = createHash('sha256').update(text).digest('base64');
          const place = known.get(key) ?? known.size;
          places.push(place);
          if (place === known.size) yield { [exampleColumn]: text };
          known.set(key, place);
        }
        const parts = updates?.map((part) => [...part]);
        into.push({ examples: places, cut, updates: parts, metrics, rows, samples });
      }
    },
  };
}

function exampleText(example: Example): string {
  if (example.reads.length === 0)
    throw new UserError(
      `row ${example.row}: its example has no reads, so that the loss sees nothing of it`,
      'name the positions whose hidden states the loss needs',
    );
  for (const [name, numbers] of Object.entries(example.data))
    for (const number of numbers)
      if (!Number.isFinite(number))
        throw new UserError(
          `row ${example.row}: its number '${name}' for the loss is ${number}`,
          'give every example finite numbers',
        );
  return JSON.stringify(example);
}
