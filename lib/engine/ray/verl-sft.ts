/**
 * Supervised fine-tuning by VERL's own trainer (`verl.trainer.sft_trainer_ray`). Rows are tokenised and put into
 * their order here, and the course of the learning rate is ours, so that VERL takes the embedded engine's steps.
 */
import { UserError } from '../../errors.ts';
import type { Example } from '../../recipe/recipe.ts';
import { prepare, type Prepared } from '../../train/plan.ts';
import type { Handover, HandoverPlace, Program } from './handover.ts';
import { verlNeeds } from './needs.ts';
import { packModel, program } from './package.ts';
import { rowsFile } from './rows-file.ts';
import { orderFile } from './steps.ts';
import { modelOptions, modelPath, optimOptions, precision } from './verl.ts';
import { verlHandover, wholeSteps } from './verl.ts';
import type { VerlOptions } from './verl-options.ts';

/** VERL (`RayResourcePool`) reserves ten CPUs beside each GPU, for what else may run there. */
export const verlSftProgram: Program = { needs: (job) => verlNeeds(job, 10), handOver };

async function handOver(place: HandoverPlace): Promise<Handover> {
  const { job, recipe } = place;
  const prepared = await prepare(job, recipe, false);
  const { options } = prepared;
  const model = await packModel(job.model, prepared.config);
  const train = await rowsFile('train.parquet', recipe, prepared.train, conversations);
  const validation =
    prepared.validation &&
    (await rowsFile('validation.parquet', recipe, prepared.validation, conversations));
  const steps = wholeSteps(place, prepared);
  refuseOrTellUnmeasured(place, prepared);
  const asked = steps * options.batch_size;
  const order = orderFile(job.seed, prepared, Math.ceil(asked / prepared.plan.rows.train));
  return verlHandover(place, {
    ...{ prepared, model, needs: verlSftProgram.needs(job) },
    trainer: 'verl.trainer.sft_trainer_ray',
    plan: { ...prepared.plan, ...train.exact, approximate: false, steps },
    options: {
      ...dataOptions(prepared, validation !== undefined),
      ...modelOptions('model', job.device, modelPath(model)),
      ...precision('engine', job.device),
      ...optimOptions('optim', prepared),
      'optim.clip_grad': options.max_grad_norm ?? Infinity,
      'trainer.save_freq': options.save_steps ?? -1,
      'trainer.test_freq': options.eval_steps ?? -1,
      'trainer.seed': job.seed,
      'checkpoint.save_contents': ['model', 'optimizer', 'extra', 'hf_model'],
      'checkpoint.load_contents': ['model', 'optimizer', 'extra'],
    },
    files: [
      ...(await program('order.py', 'token_rows.py')),
      train.file,
      ...(order ? [order] : []),
      ...(validation ? [validation.file] : []),
    ],
    told: { rows: asked },
  });
}

const conversations = {
  schema: { input_ids: 'INTEGER[]', loss_mask: 'TINYINT[]' },
  toRow({ segments, reads }: Example) {
    const ids = [...segments[0]!.ids];
    const loss_mask = ids.map(() => 0);
    for (const { offset } of reads) loss_mask[offset + 1] = 1;
    return { row: { input_ids: ids, loss_mask }, tokens: ids.length };
  },
} as const;

/** VERL's fine-tuning measures whole batches alone. */
function refuseOrTellUnmeasured({ notice }: HandoverPlace, { options, plan }: Prepared): void {
  const { validation } = plan.rows;
  const { batch_size: batchSize } = options;
  if (validation > 0 && validation < batchSize)
    throw new UserError(
      `VERL needs as many validation rows as a step takes: there are ${validation}, and --batch-size is ${batchSize}`,
      `--batch-size ${validation}, or less`,
    );
  const left = validation % batchSize;
  if (left > 0) notice(`VERL validates by whole steps: ${left} validation rows are not measured`);
}

function dataOptions({ options }: Prepared, validation: boolean): VerlOptions {
  return {
    'data.train_files': 'package:train.parquet',
    'data.val_files': validation ? 'package:validation.parquet' : null,
    'data.custom_cls.path': 'package:token_rows.py',
    'data.custom_cls.name': 'TokenRows',
    'data.train_batch_size': options.batch_size,
    'data.use_dynamic_bsz': true,
    'data.max_token_len_per_gpu': Math.max(options.micro_batch_tokens, options.max_length),
    'data.max_length': options.max_length,
    'data.truncation': 'error',
  };
}
