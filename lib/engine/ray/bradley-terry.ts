/**
 * Bradley–Terry for Ray Train: pairs as token ids, the order of every epoch and the course of the learning
 * rate are made here, by what the local loop uses, so that both engines take the same steps.
 */
import { makeHead } from '../../model/weights.ts';
import { writeTensors } from '../../model/write-safetensors.ts';
import { pairOf } from '../../recipe/pair.ts';
import type { Example } from '../../recipe/recipe.ts';
import type { Plan } from '../../train/job.ts';
import { prepare, type Prepared } from '../../train/plan.ts';
import type { Handover, HandoverPlace, Program } from './handover.ts';
import { jsonFile, packModel, program } from './package.ts';
import { rayTrainNeeds } from './needs.ts';
import { rowsFile, written } from './rows-file.ts';
import { orderFile, scheduleFile } from './steps.ts';
import type { PackedFile } from './zip.ts';

export const bradleyTerryProgram: Program = { needs: rayTrainNeeds, handOver };

async function handOver(place: HandoverPlace): Promise<Handover> {
  const { job, recipe, submission, from } = place;
  const prepared = await prepare(job, recipe, false);
  const model = await packModel(job.model, prepared.config);
  const train = await rowsFile('train.parquet', recipe, prepared.train, pairs);
  const validation =
    prepared.validation &&
    (await rowsFile('validation.parquet', recipe, prepared.validation, pairs));
  const plan: Plan = { ...prepared.plan, ...train.exact, approximate: false };
  const { text, config } = prepared;
  const epochSteps = Math.ceil(prepared.train.survey.kept.length / prepared.options.batch_size);
  const order = orderFile(job.seed, prepared, Math.ceil(plan.steps / epochSteps));
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
    env: { TRANSFORMERS_VERBOSITY: 'error', TQDM_DISABLE: '1' },
    files: [
      ...(await program(...programFiles)),
      jsonFile('job.json', told),
      scheduleFile(prepared, plan),
      ...(order ? [order] : []),
      train.file,
      ...(validation ? [validation.file] : []),
      ...(config.head === 'causal' ? [await headFile(place, prepared)] : []),
      ...model.files,
    ],
    reads: model.reads,
  };
}

const programFiles = [
  'drive.py',
  'bradley_terry.py',
  'checkpoint.py',
  'companions.py',
  'lines.py',
  'commands.py',
  'model.py',
  'report.py',
  'rows.py',
  'run_folder.py',
];

const pairs = {
  schema: { chosen: 'INTEGER[]', rejected: 'INTEGER[]', margin: 'DOUBLE', factor: 'DOUBLE' },
  toRow(example: Example) {
    const [chosen, rejected] = pairOf(example);
    const { margin = [0], factor = [1] } = example.data;
    const row = { chosen, rejected, margin: margin[0]!, factor: factor[0]! };
    return { row, tokens: chosen.length + rejected.length };
  },
} as const;

/** The head that the local engine would begin with. */
async function headFile({ job, notice }: HandoverPlace, { config }: Prepared): Promise<PackedFile> {
  const head = makeHead(job.model, config, { seed: job.seed, notice });
  const name = 'head.safetensors';
  const tensors = new Map([['score.weight', head]]);
  return { name, data: await written(name, (path) => writeTensors(path, tensors)) };
}
