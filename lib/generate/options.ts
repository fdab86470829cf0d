/** The options of writing, each once: type, default, check, flag and help come from this schema. */
import { z } from 'zod';
import { UserError } from '../errors.ts';
import type { Sampling } from '../recipe/recipe.ts';

export const samplingOptions = z.object({
  max_tokens: z.int().positive().default(256).describe('tokens that a completion may have'),
  temperature: z.number().min(0).default(1).describe('0: the likeliest token every time'),
  top_p: z
    .number()
    .positive()
    .max(1)
    .default(1)
    .describe('keep the likeliest tokens that add up to this probability; 1: all'),
  top_k: z.int().min(0).default(0).describe('keep so many of the likeliest tokens; 0: all'),
  n: z.int().positive().default(1).describe('completions of each prompt'),
  seed: z.int().min(0).default(0).describe('seed of every draw'),
  stop: z.array(z.string()).default([]).meta({
    description: 'texts that end a completion and are left out of it',
    placeholder: 'TEXT…',
  }),
});

export type SamplingOptions = z.infer<typeof samplingOptions>;

export function samplingOf(options: SamplingOptions): Sampling {
  const { max_tokens, temperature, top_p, top_k, n, seed, stop } = options;
  return { maxTokens: max_tokens, temperature, topP: top_p, topK: top_k, n, seed, stop };
}

/** What a caller says, checked, with defaults for the rest. Throws a `UserError` that names every fault. */
export function checkSampling(given: Partial<Sampling>): Sampling {
  const { maxTokens, topP, topK, stop, ...rest } = given;
  const named = { ...rest, max_tokens: maxTokens, top_p: topP, top_k: topK, stop };
  const parsed = samplingOptions.safeParse(named);
  if (parsed.success) return samplingOf(parsed.data);
  const lines = parsed.error.issues.map((issue) => {
    const name = String(issue.path[0]);
    const spelled = name.replace(/_(\w)/, (_, letter: string) => letter.toUpperCase());
    return `  ${spelled}: ${expectations[name as keyof SamplingOptions]}, got ${JSON.stringify(named[name as keyof typeof named])}`;
  });
  throw new UserError(`cannot write with these options\n${[...new Set(lines)].join('\n')}`);
}

const expectations: Record<keyof SamplingOptions, string> = {
  max_tokens: 'expected a whole number above 0',
  temperature: 'expected a number of at least 0',
  top_p: 'expected a number above 0 and of at most 1',
  top_k: 'expected a whole number of at least 0',
  n: 'expected a whole number above 0',
  seed: 'expected a whole number of at least 0',
  stop: 'expected a list of texts',
};
