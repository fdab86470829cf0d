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
  'model.path': 'model',
  'model.partial_pretrain': 'model',
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
  'trainer.default_local_dir': 'output_dir',
  'trainer.seed': 'seed',
};

/** Keys about how VERL places work on graphics cards, and about its loggers. */
const withoutMeaning = [
  /(^|\.)(fsdp_config|ulysses_sequence_parallel_size|strategy|use_torch_compile)(\.|$)/,
  /(^|\.)(use_remove_padding|enable_gradient_checkpointing|use_liger|trust_remote_code|external_lib)$/,
  /micro_batch_size(_per_gpu)?$/,
  /^trainer\.(n_gpus_per_node|nnodes|logger|project_name|experiment_name|device|default_hdfs_dir)$/,
  /^data\.(num_workers|filter_overlong_prompts_workers|use_shm)$/,
  /^ray_(init|kwargs)(\.|$)/,
];

/** Settings of models that a job here does not train. */
const otherModels = /^(critic|reward_model|reward|actor_rollout_ref\.ref)\./;

/** VERL writes "never" as -1 where we write null. */
const never = new Set(['save_steps', 'eval_steps', 'max_steps']);

/** Our option's name, 'ignored', or undefined where the key is not known. */
export function verlOption(key: string): string | undefined {
  const path = key.replace(/^\++/, '');
  if (otherModels.test(path)) return undefined;
  for (const [leaf, option] of Object.entries(byLeaf))
    if (path === leaf || path.endsWith(`.${leaf}`)) return option;
  return withoutMeaning.some((pattern) => pattern.test(path)) ? 'ignored' : undefined;
}

/** VERL's value in our words. */
export function verlValue(option: string, value: unknown): unknown {
  return never.has(option) && Number(value) < 0 ? null : value;
}
