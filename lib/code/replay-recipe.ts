/** A recipe from its record: the same batches, the same losses, none of the code that made them. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { openRows, type Rows } from '../data/rows.ts';
import { UserError } from '../errors.ts';
import type { WrittenGraph } from '../graph/written.ts';
import type { SymbolicBatch } from '../model/decoder.ts';
import type { Batch, Example, Recipe, Source } from '../recipe/recipe.ts';
import { near } from './own-frames.ts';
import { formOf, replayLoss } from './recorded-loss.ts';
import {
  batchesFile,
  exampleColumn,
  examplesFile,
  recordedBatch,
  recordedRecipe,
  recordFile,
  type RecordedBatch,
  type RecordedRecipe,
} from './recorded-recipe.ts';
import { hashOf } from './spec.ts';

/** Opens a record. Throws a `UserError` where it is not there, or not the one that the job names. */
export async function replayRecipe(
  folder: string,
  sha256?: string,
): Promise<{ recipe: Recipe; sha256: string }> {
  const file = join(folder, recordFile);
  const hash = await hashOf(file);
  if (sha256 !== undefined && sha256 !== hash)
    throw new UserError(
      `'${near(file)}' is not the record that this job was made with`,
      'run the recipe again from the cell that defines it',
    );
  const parsed = recordedRecipe.safeParse(parse(await readFile(file, 'utf8')));
  if (!parsed.success)
    throw new UserError(
      `'${near(file)}' is no record of this version of rewardlab`,
      'run the recipe again from the cell that defines it',
    );
  const record = parsed.data;
  const { name, summary, columns, head, options, common, losses } = record;
  const recipe: Recipe = {
    ...{ name, summary, columns, head },
    ...(common && { common }),
    options: z.fromJSONSchema(options),
    contradictions: (values) => changes(record, values, near(folder)),
    survey: ({ split }) => {
      const { survey, kept } = splitOf(record, split);
      return Promise.resolve({ ...survey, kept: Int32Array.from({ length: kept }, (_, i) => i) });
    },
    batches: (source) => replayBatches(folder, source),
    loss: (model, batch) => replayLoss(lossOf(losses, batch), model, batch),
  };
  return { recipe, sha256: hash };
}

/** Undefined where a text is no JSON. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function splitOf({ splits, name }: RecordedRecipe, split: 'train' | 'validation') {
  const found = splits[split];
  if (!found)
    throw new UserError(
      `${name} was recorded without validation rows`,
      'run it again from the cell that defines it, with --validation',
    );
  return found;
}

/** Settings that the record was not made with: a sentence each. */
function changes(
  { settings, splits, name }: RecordedRecipe,
  values: Readonly<Record<string, unknown>>,
  folder: string,
): string[] {
  const flag = (option: string): string => `--${option.replaceAll('_', '-')}`;
  const changed = Object.entries(settings)
    .filter(([option, value]) => option in values && !isDeepStrictEqual(values[option], value))
    .map(
      ([option, value]) =>
        `${flag(option)}: ${name} was recorded with ${JSON.stringify(value)}; to change it, run ${name} again from the cell that defines it`,
    );
  const { batches } = splits.train;
  const most = Number(values.max_steps ?? 0);
  return most > batches
    ? [...changed, `--max-steps: '${folder}' holds ${batches} steps, got ${most}`]
    : changed;
}

function lossOf(
  losses: Readonly<Record<string, WrittenGraph>>,
  batch: SymbolicBatch,
): WrittenGraph {
  const form = formOf(batch);
  const found = losses[form];
  if (!found) throw new Error(`the record has no loss for batches of the form ${form}`);
  return found;
}

/** Examples fetched at a time, in whole batches: a look into the file costs as much for one as for many. */
const examplesPerRead = 512;

/** From the state's place on; ends with the record. */
async function* replayBatches(
  folder: string,
  { split, state }: Pick<Source<unknown>, 'split' | 'state'>,
): AsyncGenerator<Batch> {
  const [rows, text] = await Promise.all([
    openRows(join(folder, examplesFile(split))),
    readFile(join(folder, batchesFile(split)), 'utf8'),
  ]);
  const lines = text.split('\n').slice(0, -1);
  const fetch = (begin: number): Promise<Fetched> | undefined => {
    if (begin >= lines.length) return undefined;
    const reading = fetchBatches(rows, lines, begin);
    reading.catch(() => undefined); // Thrown where it is awaited, which may be never.
    return reading;
  };
  let next = fetch(Number(state?.at ?? 0));
  while (next) {
    const { batches, end } = await next;
    next = fetch(end);
    for (const [i, { record, examples }] of batches.entries()) {
      const state = { at: end - batches.length + i + 1 };
      yield { ...withoutUndefined(record), examples, state };
    }
  }
}

interface Fetched {
  batches: { record: RecordedBatch; examples: Example[] }[];
  /** The place after the last of them. */
  end: number;
}

async function fetchBatches(rows: Rows, lines: readonly string[], begin: number): Promise<Fetched> {
  const records: RecordedBatch[] = [];
  let count = 0;
  for (let at = begin; at < lines.length && (count === 0 || count < examplesPerRead); at++) {
    const record = recordedBatch.parse(JSON.parse(lines[at]!));
    records.push(record);
    count += record.examples.length;
  }
  const found = await rows.read(
    records.flatMap(({ examples }) => examples),
    [exampleColumn],
  );
  const read = found.values();
  const batches = records.map((record) => ({
    record,
    examples: record.examples.map(
      () => JSON.parse(read.next().value![exampleColumn] as string) as Example,
    ),
  }));
  return { batches, end: begin + records.length };
}

/** A batch has a field or lacks it. */
function withoutUndefined(facts: RecordedBatch): Omit<Batch, 'examples' | 'state'> {
  const given = Object.entries(facts).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given);
}
