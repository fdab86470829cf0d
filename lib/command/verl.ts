/** VERL's dotted keys that mean one of our options, and those that have no meaning on this engine. */

/** Last parts of a key that say the same thing wherever VERL's tree puts them. */
const byLeaf: Record<string, string> = {
  'data.train_files': 'train',
  'data.val_files': 'validation',
  'data.train_batch_size': 'batch_size',
  'data.max_length': 'max_length',
  'data.truncation': 'truncation',
  'data.shuffle': 'shuffle',
  'data.seed': 'seed',
  'data.custom_cls.path': 'dataset',
  'custom_reward_function.path': 'reward',
  'model.path': 'model',
  'model.partial_pretrain': 'model',
  'model.lora_rank': 'lora_r',
  'model.lora_alpha': 'lora_alpha',
  'model.target_modules': 'lora_target_modules',
  'optim.lr': 'learning_rate',
  'optim.betas': 'betas',
  'optim.weight_decay': 'weight_decay',
  'optim.warmup_steps_ratio': 'warmup_ratio',
  'optim.lr_warmup_steps_ratio': 'warmup_ratio',
  'optim.clip_grad': 'max_grad_norm',
  'actor.grad_clip': 'max_grad_norm',
  'optim.lr_scheduler': 'scheduler',
  'optim.lr_scheduler_type': 'scheduler',
  'optim.warmup_style': 'scheduler',
  'trainer.total_epochs': 'epochs',
  'trainer.total_training_steps': 'max_steps',
  'trainer.save_freq': 'save_steps',
  'trainer.test_freq': 'eval_steps',
  'trainer.val_before_train': 'eval_on_start',
  'trainer.default_local_dir': 'output_dir',
  'trainer.seed': 'seed',
  ...own('data', ['max_prompt_length', 'max_response_length', 'filter_overlong_prompts']),
  ...own('rollout', ['n', 'temperature', 'top_p', 'top_k']),
  ...own('actor', ['ppo_mini_batch_size', 'ppo_epochs', 'clip_ratio', 'clip_ratio_low']),
  ...own('actor', ['clip_ratio_high', 'clip_ratio_c', 'loss_agg_mode', 'loss_scale_factor']),
  ...own('actor', ['entropy_coeff', 'use_kl_loss', 'kl_loss_coef', 'kl_loss_type']),
  ...own('algorithm', ['adv_estimator', 'norm_adv_by_std_in_grpo', 'use_kl_in_reward']),
  'algorithm.kl_penalty': 'kl_penalty',
  'algorithm.kl_ctrl.type': 'kl_ctrl',
  ...own('algorithm.kl_ctrl', ['kl_coef', 'target_kl', 'horizon']),
  'algorithm.filter_groups.enable': 'filter_groups',
  ...own('algorithm.filter_groups', ['max_num_gen_batches']),
  ...overlong('overlong_buffer'),
  ...overlong('overlong_buffer_cfg'),
};

/** Options that we name by VERL's last word. */
function own(prefix: string, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [`${prefix}.${name}`, name]));
}

/** DAPO's penalty, which VERL has had under two names in four places. */
function overlong(prefix: string): Record<string, string> {
  return {
    [`${prefix}.enable`]: 'overlong_buffer',
    [`${prefix}.len`]: 'overlong_buffer_len',
    [`${prefix}.penalty_factor`]: 'overlong_penalty_factor',
  };
}

/** Keys about how VERL places work on graphics cards, and about its loggers. */
const withoutMeaning = [
  /(^|\.)(fsdp_config|ulysses_sequence_parallel_size|strategy|use_torch_compile)(\.|$)/,
  /(^|\.)(use_remove_padding|enable_gradient_checkpointing|use_liger|trust_remote_code|external_lib)$/,
  /micro_batch_size(_per_gpu)?$/,
  /^trainer\.(n_gpus_per_node|nnodes|logger|project_name|experiment_name|device|default_hdfs_dir)$/,
  /^data\.(num_workers|filter_overlong_prompts_workers|use_shm|val_batch_size)$/,
  /^data\.(prompt_key|reward_fn_key|return_raw_chat|return_raw_input_ids)$/,
  /(^|\.)rollout\.(name|mode|dtype|seed|do_sample|calculate_log_probs|val_kwargs\..*)$/,
  /(^|\.)rollout\.(gpu_memory_utilization|enforce_eager|free_cache_engine|max_num_batched_tokens)$/,
  /(^|\.)rollout\.(max_num_seqs|max_model_len|enable_chunked_prefill|load_format|engine_kwargs\..*)$/,
  /(tensor|data|pipeline)(_model)?_parallel_size$/,
  /(^|\.)(use_dynamic_bsz|log_prob_use_dynamic_bsz|ppo_max_token_len_per_gpu)$/,
  /(^|\.)log_prob_max_token_len_per_gpu$/,
  /^reward(_model)?\.(reward_manager(\.name)?|enable|num_workers)$/,
  /^reward(_model)?\.(reward_kwargs\.)?(max_resp_len|overlong_buffer(_cfg)?\.log)$/,
  /^trainer\.(critic_warmup|balance_batch|log_val_generations|resume_mode|max_actor_ckpt_to_keep)$/,
  /^ray_(init|kwargs)(\.|$)/,
];

/** What VERL is told by the job itself: where it computes, and what it tells us by. */
const oursAlone = /^trainer\.(n_gpus_per_node|nnodes|device|logger|resume_mode)$/;

export function isOursAlone(key: string): boolean {
  return oursAlone.test(key.replace(/^\++/, ''));
}

/** Models that a job here does not train: what places them has no meaning, the rest no counterpart. */
const otherModels = /^(critic|reward_model|reward|actor_rollout_ref\.ref)\./;
/** Settings of the reward itself that stand among those. */
const ofTheReward =
  /^(reward\.custom_reward_function|reward(_model)?\.(reward_kwargs\.)?overlong_buffer(_cfg)?)\./;

/** The keys that name the function or class of a file, and the option that names the file. */
const exportsOf: Record<string, string> = {
  'custom_reward_function.name': 'reward',
  'reward.custom_reward_function.name': 'reward',
  'data.custom_cls.name': 'dataset',
};

/** The option whose module's export a key names. */
export function verlExport(key: string): string | undefined {
  return exportsOf[key.replace(/^\++/, '')];
}

/** VERL writes "never" as -1 where we write null. */
const never = new Set(['save_steps', 'eval_steps', 'max_steps']);

/** Our option's name, 'ignored', or undefined where the key is not known. */
export function verlOption(key: string): string | undefined {
  const path = key.replace(/^\++/, '');
  if (!otherModels.test(path) || ofTheReward.test(path))
    for (const [leaf, option] of Object.entries(byLeaf))
      if (path === leaf || path.endsWith(`.${leaf}`)) return option;
  return withoutMeaning.some((pattern) => pattern.test(path)) ? 'ignored' : undefined;
}

/** VERL's value in our words. */
export function verlValue(option: string, value: unknown): unknown {
  return never.has(option) && Number(value) < 0 ? null : value;
}
