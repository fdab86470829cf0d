/** RM-Gallery's command line for GRPO, as VERL takes it, makes a job here. */
import { beforeAll, expect, test } from 'vitest';
import { parseJob } from '../../../lib/command/job.ts';
import { refusal } from '../refusal.ts';
import { temporaryFolder } from '../temporary.ts';
import { microRun } from '../train/micro-run.ts';

const cwd = temporaryFolder();
beforeAll(async () => {
  await microRun(cwd);
});

const parse = (...words: string[]) => parseJob(words, { cwd });
const base = [
  'pairwise',
  'data.train_files=train.parquet',
  'data.val_files=validation.parquet',
  'actor_rollout_ref.model.path=model',
];

/** run_pairwise.sh, without its custom classes. */
const script = [
  'algorithm.adv_estimator=grpo',
  ...['data.train_batch_size=96', 'data.val_batch_size=192', 'data.max_prompt_length=4096'],
  ...['data.max_response_length=2048', 'data.filter_overlong_prompts=True'],
  ...['data.truncation=right', 'data.prompt_key=input', 'reward_model.reward_manager=naive'],
  'actor_rollout_ref.actor.optim.lr=1e-6',
  'actor_rollout_ref.model.use_remove_padding=True',
  'actor_rollout_ref.model.enable_gradient_checkpointing=True',
  'actor_rollout_ref.actor.ppo_mini_batch_size=24',
  'actor_rollout_ref.actor.ppo_micro_batch_size_per_gpu=1',
  ...['actor_rollout_ref.actor.use_kl_loss=True', 'actor_rollout_ref.actor.kl_loss_coef=0.001'],
  'actor_rollout_ref.actor.kl_loss_type=low_var_kl',
  'actor_rollout_ref.actor.entropy_coeff=0',
  'actor_rollout_ref.actor.fsdp_config.param_offload=False',
  'actor_rollout_ref.actor.fsdp_config.optimizer_offload=False',
  ...['actor_rollout_ref.rollout.name=vllm', 'actor_rollout_ref.rollout.n=4'],
  'actor_rollout_ref.rollout.tensor_model_parallel_size=8',
  'actor_rollout_ref.rollout.gpu_memory_utilization=0.6',
  'actor_rollout_ref.rollout.log_prob_micro_batch_size_per_gpu=1',
  'actor_rollout_ref.ref.log_prob_micro_batch_size_per_gpu=1',
  'actor_rollout_ref.ref.fsdp_config.param_offload=True',
  ...['algorithm.use_kl_in_reward=False', 'trainer.critic_warmup=0'],
  ...["trainer.logger=['console','wandb']", 'trainer.n_gpus_per_node=8', 'trainer.nnodes=1'],
  ...['trainer.save_freq=20', 'trainer.test_freq=2', 'trainer.total_epochs=10'],
  'trainer.val_before_train=False',
];

test('an adapter', async () => {
  const keys = [
    ...['actor_rollout_ref.model.lora_rank=8', 'actor_rollout_ref.model.lora_alpha=16'],
    'actor_rollout_ref.model.target_modules=[q_proj,v_proj]',
  ];
  expect((await parse(...base, ...keys)).options).toMatchObject({
    ...{ lora_r: 8, lora_alpha: 16, lora_target_modules: ['q_proj', 'v_proj'] },
  });
  const all = ['model.lora_rank=0', 'model.lora_alpha=16', 'model.target_modules=all-linear'];
  expect((await parse(...base, ...all)).options).toMatchObject({
    ...{ lora_r: 0, lora_alpha: 16, lora_target_modules: ['all-linear'] },
  });
  const wrong = ['--lora-r', '-1', '--lora-alpha', '0', '--lora-target-modules', 'q_proj', 'qkv'];
  expect(await refusal(() => parse(...base, ...wrong))).toMatchInlineSnapshot(`
    "pairwise cannot use these options
      --lora-r: expected a whole number of at least 0, got '-1'
      --lora-alpha: expected a number above 0, got '0'
      --lora-target-modules: expected one or more of q_proj, k_proj, v_proj, o_proj, gate_proj, up_proj, down_proj, qkv_proj, gate_up_proj, all-linear, got 'q_proj qkv'
      pairwise --help lists them all"
  `);
});

test("RM-Gallery's pairwise script", async () => {
  const { options, notes } = await parse(...base, ...script);
  expect(options).toMatchObject({
    ...{ batch_size: 96, ppo_mini_batch_size: 24, ppo_epochs: 1, n: 4, temperature: 1 },
    ...{ max_prompt_length: 4096, max_response_length: 2048, filter_overlong_prompts: true },
    ...{ truncation: 'right', use_kl_loss: true, kl_loss_coef: 0.001, kl_loss_type: 'low_var_kl' },
    ...{ clip_ratio: 0.2, clip_ratio_c: 3, entropy_coeff: 0, loss_agg_mode: 'token-mean' },
    ...{ learning_rate: 1e-6, scheduler: 'constant', weight_decay: 0.01, max_grad_norm: 1 },
    ...{ epochs: 10, save_steps: 20, eval_steps: 2, eval_on_start: false },
  });
  expect(notes?.every((note) => note.endsWith('was left out'))).toBe(true);
});

test.each([
  ['actor.clip_ratio_low=0.1', { clip_ratio_low: 0.1 }],
  ['actor.clip_ratio_high=0.28', { clip_ratio_high: 0.28 }],
  ['actor.loss_agg_mode=seq-mean-token-sum', { loss_agg_mode: 'seq-mean-token-sum' }],
  ['actor.kl_loss_type=k3+', { kl_loss_type: 'k3+' }],
  ['rollout.top_k=-1', { top_k: -1 }],
  ['algorithm.norm_adv_by_std_in_grpo=False', { norm_adv_by_std_in_grpo: false }],
  ['algorithm.kl_ctrl.kl_coef=0.01', { kl_coef: 0.01 }],
  ['algorithm.kl_ctrl.type=adaptive', { kl_ctrl: 'adaptive' }],
  ['algorithm.filter_groups.enable=True', { filter_groups: true }],
  ['algorithm.filter_groups.max_num_gen_batches=3', { max_num_gen_batches: 3 }],
])('%s', async (key, wanted) => {
  const whole = key.startsWith('algorithm') ? key : `actor_rollout_ref.${key}`;
  expect((await parse(...base, whole)).options).toMatchObject(wanted);
});

test('what is estimated otherwise, or contradicts itself, is refused in the spelling that was used', async () => {
  const message = await refusal(() =>
    parse(...base, 'algorithm.adv_estimator=gae', 'actor_rollout_ref.actor.clip_ratio_c=1'),
  );
  expect(message).toContain("algorithm.adv_estimator: expected one of grpo, got 'gae'");
  expect(message).toContain("actor.clip_ratio_c: expected a number above 1, got '1'");
  const other = ['data.train_batch_size=8', 'actor_rollout_ref.actor.ppo_mini_batch_size=3'];
  expect(await refusal(() => parse(...base, ...other))).toContain(
    "--ppo-mini-batch-size: expected a divisor of --batch-size 8, got '3'",
  );
});

test('settings of GRPO have no counterpart in other recipes', async () => {
  const words = ['bradley-terry', ...base.slice(1), 'actor_rollout_ref.rollout.n=4'];
  expect(await refusal(() => parse(...words))).toContain(
    'actor_rollout_ref.rollout.n: this VERL setting has no counterpart here',
  );
});

test.each([
  'reward_model.overlong_buffer',
  '+reward_model.reward_kwargs.overlong_buffer_cfg',
  'reward.reward_kwargs.overlong_buffer_cfg',
])("DAPO's penalty, as %s", async (place) => {
  const words = [`${place}.enable=True`, `${place}.len=128`, `${place}.penalty_factor=0.5`];
  const manager = [`${place}.log=False`, '+reward_model.reward_kwargs.max_resp_len=512'];
  const { options, notes } = await parse(...base, ...words, ...manager);
  expect(options).toMatchObject({
    ...{ overlong_buffer: true, overlong_buffer_len: 128, overlong_penalty_factor: 0.5 },
  });
  expect(notes).toHaveLength(2);
  const off = await parse(...base, `${place}.enable=False`, `${place}.len=0`);
  expect(off.options).toMatchObject({ overlong_buffer: false });
});
