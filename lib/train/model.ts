/** The model of a job as it trains: its folder's own, or that with a new adapter. */
import { UserError } from '../errors.ts';
import { modulesOf, withAdapter } from '../model/adapter.ts';
import { readConfig, type ModelConfig } from '../model/config.ts';
import type { Job } from './job.ts';
import { trainingOptions } from './options.ts';

/** Throws a `UserError` where a new adapter is asked for over one that is there. */
export async function readJobModel({ model, options }: Job): Promise<ModelConfig> {
  const config = await readConfig(model);
  const {
    lora_r: r,
    lora_alpha: alpha,
    lora_target_modules: named,
  } = trainingOptions.parse(options);
  if (r === 0) return config;
  if (config.adapter)
    throw new UserError(
      `'${model}' is an adapter of rank ${config.adapter.r}, and --lora-r ${r} asks for a new one`,
      'leave --lora-r out to train this one on, or merge it into its base first: rewardlab merge',
    );
  const modules = modulesOf(config);
  const absent = named.filter((name) => name !== 'all-linear' && !modules.includes(name));
  if (absent.length > 0)
    throw new UserError(
      `--lora-target-modules: '${model}' has no ${absent.join(', ')}; it has ${modules.join(', ')}`,
    );
  const targets = modules.filter((name) => named.includes('all-linear') || named.includes(name));
  return withAdapter(config, { r, alpha, targets }, model);
}
