/**
 * Judges by VERL's GRPO (`verl.trainer.main_ppo`): vLLM writes, VERL trains, and what a completion is worth is
 * said by our own code, which Node runs beside VERL's reward workers.
 */
import { dirname, extname, join } from 'node:path';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Row } from '../../data/rows.ts';
import { writeParquet } from '../../data/write.ts';
import { UserError } from '../../errors.ts';
import { grpoOptions, type GrpoOptions } from '../../recipe/grpo/options.ts';
import type { Recipe } from '../../recipe/recipe.ts';
import { prepare, type Prepared, type Split } from '../../train/plan.ts';
import type { Handover, HandoverPlace, Program } from './handover.ts';
import { verlNeeds } from './needs.ts';
import { jsonFile, packModel, program } from './package.ts';
import { written } from './rows-file.ts';
import { orderFile } from './steps.ts';
import { modelOptions, modelPath, optimOptions, precision } from './verl.ts';
import { verlHandover, wholeSteps } from './verl.ts';
import type { VerlOptions } from './verl-options.ts';
import type { PackedFile } from './zip.ts';

/** VERL (`ResourcePoolManager`) reserves three CPUs beside each GPU. */
export const verlGrpoProgram: Program = { needs: (job) => verlNeeds(job, 3), handOver };

async function handOver(place: HandoverPlace): Promise<Handover> {
  const { job, recipe, from } = place;
  const prepared = await prepare(job, recipe, false);
  const grpo = grpoOptions.parse(job.options);
  const model = await packModel(job.model, prepared.config);
  const train = await promptsFile('train.parquet', recipe, prepared.train);
  const validation =
    prepared.validation && (await promptsFile('validation.parquet', recipe, prepared.validation));
  const steps = wholeSteps(place, prepared);
  // Groups whose rewards are all the same make room for others.
  const rollouts = grpo.filter_groups ? grpo.max_num_gen_batches : 1;
  const asked = rollouts * steps * prepared.options.batch_size;
  const order = orderFile(job.seed, prepared, Math.ceil(asked / prepared.plan.rows.train));
  const measured = validation ? { every: prepared.options.eval_steps ?? steps } : undefined;
  return verlHandover(place, {
    ...{ prepared, model, needs: verlGrpoProgram.needs(job) },
    trainer: 'verl.trainer.main_ppo',
    plan: { ...prepared.plan, steps },
    options: {
      ...dataOptions(prepared, grpo, {
        template: train.template,
        validation: measured !== undefined,
      }),
      ...modelOptions('actor_rollout_ref.model', job.device, modelPath(model)),
      ...actorOptions(prepared, grpo, job.device),
      ...rolloutOptions(prepared, grpo),
      ...algorithmOptions(grpo),
      ...rewardOptions(grpo),
      'trainer.val_before_train':
        measured !== undefined && prepared.options.eval_on_start && from === undefined,
      'trainer.test_freq': measured?.every ?? -1,
      'trainer.save_freq': prepared.options.save_steps ?? steps,
      'trainer.rollout_data_dir': `${job.output}/rollouts/train`,
      'trainer.validation_data_dir': `${job.output}/rollouts/validation`,
    },
    files: [
      ...(await program('order.py', 'prompts.py')),
      ...(await rewardFiles()),
      train.file,
      ...(order ? [order] : []),
      ...(validation ? [validation.file] : []),
    ],
    told: { rows: asked, judge: { recipe: job.recipe, options: job.options } },
  });
}

interface PromptsFile {
  file: PackedFile;
  /** Arguments of the chat template. */
  template: Readonly<Record<string, unknown>>;
}

const schema = {
  data_source: 'VARCHAR',
  prompt: 'STRUCT("role" VARCHAR, "content" VARCHAR)[]',
  reward_model: 'STRUCT("style" VARCHAR, "ground_truth" VARCHAR)',
  extra_info: 'STRUCT("index" INTEGER, "facts" VARCHAR)',
};

/** The prompts of a split as VERL reads them. VERL averages by `data_source`, so all have the same. */
async function promptsFile(
  name: string,
  recipe: Recipe,
  { selection, survey }: Split,
): Promise<PromptsFile> {
  const { template, all } = await recipe.prompts!({ ...selection, kept: survey.kept });
  const rows = async function* (): AsyncGenerator<Row> {
    let index = 0;
    for await (const { prompt, cut } of all) {
      if (cut)
        throw new UserError(
          `row ${survey.kept[index]}: its prompt is longer than --max-prompt-length, and VERL cuts none`,
          'leave such rows out with --filter-overlong-prompts',
        );
      const { messages, ...facts } = prompt;
      yield {
        data_source: 'judge',
        prompt: messages.map(({ role, content }) => ({ role, content: content as string })),
        reward_model: { style: 'rule', ground_truth: String(facts.truth) },
        extra_info: { index: index++, facts: JSON.stringify(facts) },
      };
    }
  };
  return {
    template,
    file: { name, data: await written(name, (path) => writeParquet(path, rows(), schema)) },
  };
}

/** The modules that say what a completion is worth, as they lie beside this one's folder. */
async function rewardFiles(): Promise<PackedFile[]> {
  const here = fileURLToPath(import.meta.url);
  const folder = join(dirname(here), '../../reward');
  const files = rewardModules.map(async (module) => {
    const name = `${module}${extname(here)}`;
    return { name: `reward/${name}`, data: await readFile(join(folder, name)) };
  });
  return [...(await Promise.all(files)), jsonFile('reward/package.json', { type: 'module' })];
}

const rewardModules = [
  'serve',
  'pairwise-reward',
  'pointwise-reward',
  'judge',
  'worth',
  'preference',
  'score',
  'completion',
  'compat-preference',
  'compat-score',
];

/** A prompt leaves room for a completion in what the model can tell the places of. */
function longestPrompt({ plan }: Prepared, { max_prompt_length }: GrpoOptions): number {
  return Math.min(plan.limit?.tokens ?? Infinity, max_prompt_length);
}

function dataOptions(
  prepared: Prepared,
  grpo: GrpoOptions,
  { template, validation }: { template: PromptsFile['template']; validation: boolean },
): VerlOptions {
  const words = Object.entries(template).map(
    ([name, value]) => [`+data.apply_chat_template_kwargs.${name}`, value as boolean] as const,
  );
  return {
    'data.train_files': 'package:train.parquet',
    'data.val_files': `package:${validation ? 'validation' : 'train'}.parquet`,
    'data.custom_cls.path': 'package:prompts.py',
    'data.custom_cls.name': 'Prompts',
    'data.train_batch_size': prepared.options.batch_size,
    'data.max_prompt_length': longestPrompt(prepared, grpo),
    'data.max_response_length': grpo.max_response_length,
    ...{ 'data.shuffle': false, 'data.truncation': 'error' },
    ...Object.fromEntries(words),
  };
}

function actorOptions(prepared: Prepared, grpo: GrpoOptions, device: string): VerlOptions {
  const { options } = prepared;
  const actor = 'actor_rollout_ref.actor';
  const longest = longestPrompt(prepared, grpo) + grpo.max_response_length;
  return {
    ...precision(`${actor}.fsdp_config`, device),
    ...precision('actor_rollout_ref.ref.fsdp_config', device),
    ...optimOptions(`${actor}.optim`, prepared),
    [`${actor}.strategy`]: 'fsdp2',
    [`${actor}.use_torch_compile`]: device !== 'cpu',
    [`${actor}.grad_clip`]: options.max_grad_norm ?? Infinity,
    [`${actor}.use_dynamic_bsz`]: true,
    [`${actor}.ppo_max_token_len_per_gpu`]: Math.max(options.micro_batch_tokens, longest),
    [`${actor}.ppo_mini_batch_size`]: grpo.ppo_mini_batch_size ?? options.batch_size,
    [`${actor}.ppo_epochs`]: grpo.ppo_epochs,
    [`${actor}.clip_ratio`]: grpo.clip_ratio,
    [`${actor}.clip_ratio_low`]: grpo.clip_ratio_low ?? grpo.clip_ratio,
    [`${actor}.clip_ratio_high`]: grpo.clip_ratio_high ?? grpo.clip_ratio,
    [`${actor}.clip_ratio_c`]: grpo.clip_ratio_c,
    [`${actor}.loss_agg_mode`]: grpo.loss_agg_mode,
    [`${actor}.loss_scale_factor`]: grpo.loss_scale_factor,
    [`${actor}.entropy_coeff`]: grpo.entropy_coeff,
    [`${actor}.calculate_entropy`]: true,
    [`${actor}.use_kl_loss`]: grpo.use_kl_loss,
    [`${actor}.kl_loss_coef`]: grpo.kl_loss_coef,
    [`${actor}.kl_loss_type`]: grpo.kl_loss_type,
    [`${actor}.checkpoint.save_contents`]: ['model', 'optimizer', 'extra', 'hf_model'],
    [`${actor}.checkpoint.load_contents`]: ['model', 'optimizer', 'extra'],
  };
}

function rolloutOptions({ options }: Prepared, grpo: GrpoOptions): VerlOptions {
  const rollout = 'actor_rollout_ref.rollout';
  return {
    [`${rollout}.name`]: 'vllm',
    [`${rollout}.tensor_model_parallel_size`]: 1,
    [`${rollout}.n`]: grpo.n,
    [`${rollout}.temperature`]: grpo.temperature,
    [`${rollout}.top_p`]: grpo.top_p,
    [`${rollout}.top_k`]: grpo.top_k,
    [`${rollout}.agent.num_workers`]: Math.min(8, options.batch_size),
  };
}

function algorithmOptions(grpo: GrpoOptions): VerlOptions {
  return {
    'algorithm.adv_estimator': grpo.adv_estimator,
    'algorithm.norm_adv_by_std_in_grpo': grpo.norm_adv_by_std_in_grpo,
    'algorithm.use_kl_in_reward': grpo.use_kl_in_reward,
    'algorithm.kl_penalty': grpo.kl_penalty,
    'algorithm.kl_ctrl.type': grpo.kl_ctrl,
    'algorithm.kl_ctrl.kl_coef': grpo.kl_coef,
    'algorithm.kl_ctrl.target_kl': grpo.target_kl,
    'algorithm.kl_ctrl.horizon': grpo.horizon,
    'algorithm.filter_groups.enable': grpo.filter_groups,
    'algorithm.filter_groups.max_num_gen_batches': grpo.max_num_gen_batches,
  };
}

function rewardOptions(grpo: GrpoOptions): VerlOptions {
  const buffer = '+reward.reward_kwargs.overlong_buffer_cfg';
  return {
    'reward.custom_reward_function.path': 'package:judge_reward.py',
    'reward.custom_reward_function.name': 'compute_score',
    ...(grpo.overlong_buffer && {
      'reward.reward_manager.name': 'dapo',
      '+reward.reward_kwargs.max_resp_len': grpo.max_response_length,
      [`${buffer}.enable`]: true,
      [`${buffer}.len`]: grpo.overlong_buffer_len,
      [`${buffer}.penalty_factor`]: grpo.overlong_penalty_factor,
      [`${buffer}.log`]: false,
    }),
  };
}
