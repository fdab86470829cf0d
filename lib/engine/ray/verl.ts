/** What all of VERL's trainers (0.9.1) are handed alike. */
import { UserError } from '../../errors.ts';
import type { Plan } from '../../train/job.ts';
import { configText } from '../../model/save.ts';
import type { Prepared } from '../../train/plan.ts';
import type { Handover, HandoverPlace } from './handover.ts';
import { jsonFile, program, type PackedModel } from './package.ts';
import { nodesEvenly, type Needs } from './resources.ts';
import { scheduleFile } from './steps.ts';
import { verlWords, type VerlOptions } from './verl-options.ts';
import type { PackedFile } from './zip.ts';

export interface VerlJob {
  prepared: Prepared;
  plan: Plan;
  model: PackedModel;
  /** The module of the trainer, and its options besides those that all trainers have. */
  trainer: string;
  options: VerlOptions;
  files: readonly PackedFile[];
  needs: Needs;
  /** What the programs in the package are told besides. */
  told: Readonly<Record<string, unknown>>;
}

/** VERL's options that the person gives come last, so that they count. */
export async function verlHandover(place: HandoverPlace, verl: VerlJob): Promise<Handover> {
  const { job, submission, from } = place;
  const { prepared, plan, model, trainer } = verl;
  const { options } = prepared;
  const overrides = [
    ...verlWords({
      ...verl.options,
      ...{ 'trainer.total_training_steps': plan.steps, 'trainer.total_epochs': 1 },
      'trainer.default_local_dir': job.output,
      'trainer.resume_mode': from ? 'auto' : 'disable',
      'trainer.device': job.device,
      ...placement(place.nodes, verl.needs),
      'trainer.logger': ['console', 'file'],
    }),
    ...(job.options.verl as string[]),
  ];
  const programs = [
    ...['drive_verl.py', 'companions.py', 'judge_reward.py', 'lines.py', 'report.py'],
    ...['rollouts.py', 'run_folder.py', 'verl_schedule.py'],
  ];
  return {
    plan,
    entrypoint: 'python drive_verl.py',
    env: {
      ...{ HYDRA_FULL_ERROR: '1', VERL_USE_EXTERNAL_MODULES: 'verl_schedule' },
      VERL_FILE_LOGGER_PATH: `${job.output}/verl.jsonl`,
    },
    files: [
      ...(await program(...programs)),
      jsonFile('job.json', {
        ...{ run: job.output, submission, from: from?.step ?? 0, device: job.device },
        ...{ model: model.path, trainer, overrides, ...verl.told },
        learning_rate: options.learning_rate,
      }),
      scheduleFile(prepared, plan),
      { name: 'final.json', data: Buffer.from(await finalConfig(job.model, prepared)) },
      ...verl.files,
      ...model.files,
    ],
    reads: model.reads,
    overrides,
  };
}

/** The config of the trained model: VERL's would speak of how it computed. */
function finalConfig(folder: string, { config, text }: Prepared): Promise<string> {
  const { pad, eos } = text.special;
  const padId = pad !== undefined && pad !== eos && { padId: pad };
  return configText(folder, { config, head: 'causal', dtype: 'float32', ...padId });
}

/** VERL's steps are whole ones: how many of them the rows make. */
export function wholeSteps({ notice }: HandoverPlace, { options, plan }: Prepared): number {
  const { batch_size: batchSize, max_steps, epochs } = options;
  const { train } = plan.rows;
  if (train < batchSize)
    throw new UserError(
      `VERL needs as many rows as a step takes: there are ${train}, and --batch-size is ${batchSize}`,
      `--batch-size ${train}, or less`,
    );
  const whole = Math.floor((epochs * train) / batchSize);
  const left = epochs * train - whole * batchSize;
  if (max_steps === null && left > 0)
    notice(`VERL takes whole steps: ${left} rows at the end of the last epoch are not learnt`);
  return max_steps ?? whole;
}

/** Where the model lies, as VERL is told. */
export function modelPath({ path }: PackedModel): string {
  return path === 'model' ? 'package:model' : path;
}

/** Weights are kept in float32, and computed with in bfloat16 on GPUs; `engine` is where VERL has it. */
export function precision(engine: string, device: string): VerlOptions {
  const cpu = device === 'cpu';
  return {
    [`${engine}.strategy`]: 'fsdp2',
    [`${engine}.model_dtype`]: 'fp32',
    ...(cpu && {
      [`+${engine}.mixed_precision.param_dtype`]: 'fp32',
      [`+${engine}.mixed_precision.reduce_dtype`]: 'fp32',
      [`+${engine}.mixed_precision.buffer_dtype`]: 'fp32',
    }),
    [`${engine}.use_torch_compile`]: !cpu,
  };
}

/** Attention that needs no flash-attn. */
export function modelOptions(model: string, device: string, path: string): VerlOptions {
  return {
    [`${model}.path`]: path,
    [`${model}.use_remove_padding`]: false,
    [`+${model}.override_config.attn_implementation`]: 'sdpa',
    [`${model}.enable_gradient_checkpointing`]: device !== 'cpu',
  };
}

/** AdamW's; the course of the learning rate is our own (verl_schedule.py). */
export function optimOptions(optim: string, { options }: Prepared): VerlOptions {
  return {
    [`${optim}.lr`]: options.learning_rate,
    [`${optim}.betas`]: options.betas,
    [`${optim}.weight_decay`]: options.weight_decay,
    [`+${optim}.override_optimizer_config.eps`]: options.eps,
  };
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
