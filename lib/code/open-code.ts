/** The code of the person's own that a job names, ready to be used in the process that trains. */
import { unknownName } from '../errors.ts';
import type { Recipe } from '../recipe/recipe.ts';
import type { CodeReference, Job } from '../train/job.ts';
import { startFileReward, type RewardCaller } from './file-reward.ts';
import { loadRecipe } from './load-recipe.ts';
import { replayRecipe } from './replay-recipe.ts';

/** What the job refers to for its recipe or its reward. */
export function referenceTo(job: Job, use: CodeReference['use']): CodeReference | undefined {
  return job.code?.find((reference) => reference.use === use);
}

/** The job's recipe: from a module, from a record, or of those that ship. */
export async function recipeOf(job: Job, shipped: readonly Recipe[]): Promise<Recipe> {
  const reference = referenceTo(job, 'recipe');
  if (reference && 'path' in reference) return loadRecipe(reference);
  if (reference && 'recorded' in reference)
    return (await replayRecipe(reference.recorded, reference.sha256)).recipe;
  const found = shipped.find(({ name }) => name === job.recipe);
  if (found) return found;
  throw unknownName(
    'recipe',
    job.recipe,
    shipped.map(({ name }) => name),
  );
}

/** The job's reward function from a file, loaded in its thread; undefined where it has none. */
export async function fileRewardOf(job: Job): Promise<RewardCaller | undefined> {
  const reference = referenceTo(job, 'reward');
  return reference && 'path' in reference ? startFileReward(reference, timeoutOf(job)) : undefined;
}

/** The name of the job's reward function in the session that started it; undefined where it is none of a session. */
export function liveRewardName(job: Job): string | undefined {
  const reference = referenceTo(job, 'reward');
  return reference && 'live' in reference ? reference.live : undefined;
}

/** Seconds that a call of the reward function may take. */
export function timeoutOf(job: Job): number {
  return Number(job.options.reward_timeout);
}
