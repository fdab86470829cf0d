/**
 * Supervised fine-tuning by VERL's own trainer (`verl.trainer.sft_trainer_ray`). Rows are tokenised and put into
 * their order here, and the course of the learning rate is ours, so that VERL takes the embedded engine's steps.
 */
import { UserError } from '../../errors.ts';
import type { Example } from '../../recipe/recipe.ts';
import type { Plan } from '../../train/job.ts';
import { prepare, type Prepared } from '../../train/plan.ts';
import type { Handover, HandoverPlace, Program } from './handover.ts';
import { verlNeeds } from './needs.ts';
import { jsonFile, packModel, program } from './package.ts';
import { nodesEvenly, type Needs } from './resources.ts';
import { rowsFile } from './rows-file.ts';
import { orderFile, scheduleFile } from './steps.ts';
import { verlWords, type VerlOptions } from './verl-options.ts';

export const verlSftProgram: Program = { needs: verlNeeds, handOver };

async function handOver(place: HandoverPlace): Promise<Handover> {
  const { job, recipe, submission, from, nodes } = place;
  const prepared = await prepare(job, recipe, false);
  const model = await packModel(job.model, prepared.config);
  const train = await rowsFile('train.parquet', recipe, prepared.train, conversations);
  const validation =
    prepared.validation &&
    (await rowsFile('validation.parquet', recipe, prepared.validation, conversations));
  const steps = stepsOf(place, prepared);
  const plan: Plan = { ...prepared.plan, ...train.exact, approximate: false, steps };
  const rows = plan.rows.train;
  const { batch_size: batchSize } = prepared.options;
  const order = orderFile(job.seed, prepared, Math.ceil((steps * batchSize) / rows));
  const overrides = verlWords({
    ...dataOptions(prepared, validation !== undefined),
    ...modelOptions(job.device, model.path === 'model' ? 'package:model' : model.path),
    ...optimOptions(prepared),
    ...{ 'trainer.total_training_steps': steps, 'trainer.total_epochs': 1 },
    'trainer.save_freq': prepared.options.save_steps ?? -1,
    'trainer.test_freq': prepared.options.eval_steps ?? -1,
    'trainer.default_local_dir': job.output,
    'trainer.resume_mode': from ? 'auto' : 'disable',
    'trainer.seed': job.seed,
    'trainer.device': job.device,
    ...placement(nodes, verlNeeds(job)),
    'trainer.logger': ['console', 'file'],
    'checkpoint.save_contents': ['model', 'optimizer', 'extra', 'hf_model'],
    'checkpoint.load_contents': ['model', 'optimizer', 'extra'],
  });
  return {
    plan,
    entrypoint: 'python drive_verl.py',
    env: {
      ...{ RAY_DEDUP_LOGS: '0', TOKENIZERS_PARALLELISM: 'false', HF_HUB_OFFLINE: '1' },
      ...{ HYDRA_FULL_ERROR: '1', VERL_USE_EXTERNAL_MODULES: 'verl_schedule' },
    },
    files: [
      ...(await program(...programFiles)),
      jsonFile('job.json', {
        ...{ run: job.output, submission, from: from?.step ?? 0, device: job.device },
        ...{ model: model.path, trainer: 'verl.trainer.sft_trainer_ray', overrides },
        ...{ learning_rate: prepared.options.learning_rate, rows: steps * batchSize },
      }),
      scheduleFile(prepared, plan),
      ...(order ? [order] : []),
      train.file,
      ...(validation ? [validation.file] : []),
      ...model.files,
    ],
    reads: model.reads,
    overrides,
  };
}

const programFiles = [
  'drive_verl.py',
  'report.py',
  'run_folder.py',
  'token_rows.py',
  'verl_schedule.py',
];

const conversations = {
  schema: { input_ids: 'INTEGER[]', loss_mask: 'TINYINT[]' },
  toRow({ segments, reads }: Example) {
    const ids = [...segments[0]!.ids];
    const loss_mask = ids.map(() => 0);
    for (const { offset } of reads) loss_mask[offset + 1] = 1;
    return { row: { input_ids: ids, loss_mask }, tokens: ids.length };
  },
} as const;

/** VERL's steps are whole ones, and so are the batches that it validates on. */
function stepsOf({ notice }: HandoverPlace, { options, plan }: Prepared): number {
  const { batch_size: batchSize, max_steps, epochs } = options;
  for (const split of ['train', 'validation'] as const) {
    const rows = plan.rows[split];
    if (rows > 0 && rows < batchSize)
      throw new UserError(
        `VERL needs as many ${split} rows as a step takes: there are ${rows}, and --batch-size is ${batchSize}`,
        `--batch-size ${rows}, or less`,
      );
  }
  const whole = Math.floor((epochs * plan.rows.train) / batchSize);
  const left = epochs * plan.rows.train - whole * batchSize;
  if (max_steps === null && left > 0)
    notice(`VERL takes whole steps: ${left} rows at the end of the last epoch are not learnt`);
  const unmeasured = plan.rows.validation % batchSize;
  if (unmeasured > 0)
    notice(`VERL validates by whole steps: ${unmeasured} validation rows are not measured`);
  return max_steps ?? whole;
}

/** VERL wants as many workers on each node. Of a cluster that nobody asked, one node is thought to do. */
function placement(nodes: HandoverPlace['nodes'], needs: Needs): VerlOptions {
  const used = nodes.length === 0 ? 1 : nodesEvenly(nodes, needs);
  if (used === undefined)
    throw new UserError(
      `VERL needs as many workers on each node, and no nodes of the cluster take ${needs.workers} in this way`,
      'name another number with --workers',
    );
  return { 'trainer.nnodes': used, 'trainer.n_gpus_per_node': needs.workers / used };
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

/** Weights are kept in float32, and computed with in bfloat16 on GPUs. Neither needs flash-attn. */
function modelOptions(device: string, path: string): VerlOptions {
  const cpu = device === 'cpu';
  return {
    'model.path': path,
    'model.use_remove_padding': false,
    '+model.override_config.attn_implementation': 'sdpa',
    'model.enable_gradient_checkpointing': !cpu,
    'engine.strategy': 'fsdp2',
    'engine.model_dtype': 'fp32',
    ...(cpu && {
      '+engine.mixed_precision.param_dtype': 'fp32',
      '+engine.mixed_precision.reduce_dtype': 'fp32',
      '+engine.mixed_precision.buffer_dtype': 'fp32',
    }),
    'engine.use_torch_compile': !cpu,
  };
}

function optimOptions({ options }: Prepared): VerlOptions {
  return {
    'optim.lr': options.learning_rate,
    'optim.betas': options.betas,
    'optim.weight_decay': options.weight_decay,
    'optim.clip_grad': options.max_grad_norm ?? Infinity,
    '+optim.override_optimizer_config.eps': options.eps,
  };
}
