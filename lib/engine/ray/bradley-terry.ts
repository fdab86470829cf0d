/**
 * Bradley–Terry for Ray Train: pairs as token ids, the order of every epoch and the course of the learning
 * rate are made here, by what the local loop uses, so that both engines take the same steps.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Row } from '../../data/rows.ts';
import { UserError } from '../../errors.ts';
import { writeParquet } from '../../data/write.ts';
import { makeHead } from '../../model/weights.ts';
import { writeTensors } from '../../model/write-safetensors.ts';
import { shuffled } from '../../data/order.ts';
import { pairOf } from '../../recipe/pair.ts';
import type { Policy, Recipe } from '../../recipe/recipe.ts';
import type { Plan } from '../../train/job.ts';
import { prepare, type Prepared, type Split } from '../../train/plan.ts';
import { learningRateFactor } from '../../train/schedule.ts';
import type { Handover, HandoverPlace } from './handover.ts';
import { jsonFile, packModel, program } from './package.ts';
import { needsOf } from './needs.ts';
import type { PackedFile } from './zip.ts';

export async function handOverBradleyTerry(place: HandoverPlace): Promise<Handover> {
  const { job, recipe, submission, from } = place;
  const prepared = await prepare(job, recipe, false);
  if (prepared.config.adapter)
    throw new UserError(
      `'${job.model}' is an adapter, and a cluster trains whole models`,
      'make it one: rewardlab merge',
    );
  const model = await packModel(job.model);
  const train = await rowsFile('train.parquet', recipe, prepared.train);
  const validation =
    prepared.validation && (await rowsFile('validation.parquet', recipe, prepared.validation));
  const plan: Plan = { ...prepared.plan, ...train.exact, approximate: false };
  const { text, config } = prepared;
  const told = {
    ...{ run: job.output, submission, from: from?.path ?? null },
    ...{
      model: model.path,
      weights: from?.path ?? model.path,
      pad: config.padId ?? text.special.pad ?? null,
    },
    ...{ workers: job.options.workers, threads: job.threads, device: job.device },
    ...{ validation: validation !== undefined, options: job.options },
  };
  return {
    plan,
    entrypoint: 'python drive.py',
    env: {
      RAY_DEDUP_LOGS: '0',
      TOKENIZERS_PARALLELISM: 'false',
      HF_HUB_OFFLINE: '1',
      TRANSFORMERS_VERBOSITY: 'error',
      TQDM_DISABLE: '1',
    },
    files: [
      ...(await program(...programFiles)),
      jsonFile('job.json', told),
      jsonFile('schedule.json', factors(prepared, plan)),
      ...order(job.seed, prepared, plan),
      train.file,
      ...(validation ? [validation.file] : []),
      ...(config.head === 'causal' ? [await headFile(place, prepared)] : []),
      ...model.files,
    ],
    reads: model.reads,
    needs: needsOf(job),
  };
}

const programFiles = [
  'drive.py',
  'bradley_terry.py',
  'checkpoint.py',
  'commands.py',
  'model.py',
  'report.py',
  'rows.py',
  'run_folder.py',
];

/** The kept rows of a split in the files' order. */
async function rowsFile(
  name: string,
  recipe: Recipe,
  { selection, survey }: Split,
): Promise<{ file: PackedFile; exact: Pick<Plan, 'tokens' | 'cut'> }> {
  const exact = { tokens: 0, cut: 0 };
  const once = { ...selection, split: 'validation' as const, kept: survey.kept, policy: nobody };
  const rows = async function* (): AsyncGenerator<Row> {
    for await (const { examples, cut = 0 } of recipe.batches(once)) {
      exact.cut += cut;
      for (const example of examples) {
        const [chosen, rejected] = pairOf(example);
        exact.tokens += chosen.length + rejected.length;
        const { margin = [0], factor = [1] } = example.data;
        yield { chosen, rejected, margin: margin[0]!, factor: factor[0]! };
      }
    }
  };
  const schema = { chosen: 'INTEGER[]', rejected: 'INTEGER[]', margin: 'DOUBLE', factor: 'DOUBLE' };
  const data = await written(name, (path) => writeParquet(path, rows(), schema));
  return { file: { name, data }, exact };
}

const nobody: Policy = {
  generate: () => Promise.reject(new Error('nobody writes here')),
  logProbs: () => Promise.reject(new Error('nobody is asked here')),
};

/** The permutation of every epoch that the steps reach into, one after another. */
function order(seed: number, { options, train }: Prepared, plan: Plan): PackedFile[] {
  if (!options.shuffle) return [];
  const pairs = train.survey.kept.length;
  const epochs = Math.ceil(plan.steps / Math.ceil(pairs / options.batch_size));
  const places = Array.from({ length: epochs }, (_, epoch) => shuffled(pairs, seed, epoch));
  const data = Buffer.alloc(4 * pairs * epochs);
  places.forEach((epoch, e) =>
    epoch.forEach((place, i) => data.writeInt32LE(place, 4 * (e * pairs + i))),
  );
  return [{ name: 'order.i32', data }];
}

/** What the peak learning rate is multiplied by, a step each. */
function factors({ options }: Prepared, { steps }: Plan): number[] {
  const course = { scheduler: options.scheduler, warmupRatio: options.warmup_ratio, steps };
  return Array.from({ length: steps }, (_, step) => learningRateFactor(step, course));
}

/** The head that the local engine would begin with. */
async function headFile({ job, notice }: HandoverPlace, { config }: Prepared): Promise<PackedFile> {
  const head = makeHead(job.model, config, { seed: job.seed, notice });
  const name = 'head.safetensors';
  const tensors = new Map([['score.weight', head]]);
  return { name, data: await written(name, (path) => writeTensors(path, tensors)) };
}

/** The bytes of a file that only goes into a package. */
async function written(name: string, write: (path: string) => Promise<unknown>): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'rewardlab-ray-'));
  try {
    await write(join(folder, name));
    return await readFile(join(folder, name));
  } finally {
    await rm(folder, { recursive: true });
  }
}
