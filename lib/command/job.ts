/** What was typed becomes a job: flags, YAML and VERL's dotted keys, all checked at once. */
import type { Engine } from '../engine/engine.ts';
import type { Recipe } from '../recipe/recipe.ts';
import type { Job } from '../train/job.ts';

/** Where the words were typed, and what there is to choose from (the shipped lists by default). */
export interface CommandContext {
  cwd: string;
  /** The YAML body of `%%train`. */
  body?: string;
  recipes?: readonly Recipe[];
  engines?: readonly Engine[];
}

/**
 * Resolves `RECIPE --model M --train F… [--OPTION V]… [a.b.c=v]…` or `JOB.yaml [--OPTION V]…`.
 * Throws a `UserError` that names every bad option; looks at files, writes none.
 */
export function parseJob(words: readonly string[], context: CommandContext): Promise<Job> {
  void words;
  void context;
  throw new Error('not built yet');
}
