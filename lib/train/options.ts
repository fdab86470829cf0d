/**
 * The options that every recipe has, each once: type, default, check, `--flag`, completion, help and
 * docs all come from this schema. Names are TRL's, where TRL has one.
 */
import { availableParallelism } from 'node:os';
import { z } from 'zod';
import { targetModules } from '../model/adapter-config.ts';
import type { CommonOptions } from '../recipe/recipe.ts';

const count = z.int().positive();

/** What is trained, on what, where. These become fields of the job of the same meaning. */
export const placeOptions = z.object({
  model: z.string().describe('folder of a Hugging Face model, or ORG/NAME[@REVISION] of the hub'),
  train: z
    .array(z.string())
    .describe('parquet or JSON-lines files to train on, or hf://datasets/ORG/NAME/FILE'),
  validation: z.array(z.string()).default([]).describe('such files to measure on'),
  engine: z.string().default('onnx').describe('where the job runs'),
  device: z.string().default('cpu').describe('what the engine computes on'),
  threads: count.default(availableParallelism()).describe('threads; the bits depend on it'),
  seed: z.int().min(0).default(0).describe('seed of the order of rows and of every draw'),
  output_dir: z
    .string()
    .nullable()
    .default(null)
    .describe('run folder; null: the next free runs/<recipe>-<NNN>'),
});

/** Rows of the person's own in place of files; a job names the files that they are written to. */
export const rowsOptions = z.object({
  dataset: z
    .string()
    .nullable()
    .default(null)
    .describe('in place of --train: rows of your own, by a name of this session or ./rows.ts#name'),
  validation_dataset: z
    .string()
    .nullable()
    .default(null)
    .describe('in place of --validation, the same'),
});

/** How it is trained. */
export const trainingOptions = z.object({
  learning_rate: z.number().positive().default(1e-5).describe('peak learning rate of AdamW'),
  batch_size: count.default(16).describe('examples a step'),
  micro_batch_tokens: count
    .default(1024)
    .describe('tokens that one run of the graph takes; memory, not results, depends on it'),
  epochs: count.default(1).describe('passes over the training rows'),
  max_steps: count.nullable().default(null).describe('stop after so many steps; null: all epochs'),
  scheduler: z
    .enum(['constant', 'linear', 'cosine', 'wsd'])
    .default('linear')
    .describe('course of the learning rate after the warm-up'),
  warmup_ratio: z.number().min(0).max(1).default(0).describe('part of the steps to warm up for'),
  weight_decay: z
    .number()
    .min(0)
    .default(0)
    .describe('decoupled decay of matrices, not of vectors'),
  betas: z
    .tuple([z.number().min(0).lt(1), z.number().min(0).lt(1)])
    .default([0.9, 0.999])
    .describe("AdamW's two decay rates"),
  eps: z.number().positive().default(1e-8).describe("AdamW's epsilon"),
  max_grad_norm: z
    .number()
    .positive()
    .nullable()
    .default(1)
    .describe('clip the gradient to this norm; null: do not'),
  lora_r: z
    .int()
    .min(0)
    .default(0)
    .describe('rank of a low-rank adapter (LoRA) to train in place of all weights; 0: none'),
  lora_alpha: z
    .number()
    .positive()
    .default(32)
    .describe('the adapter counts for lora_alpha / lora_r'),
  lora_target_modules: z
    .array(z.enum([...targetModules, 'all-linear']))
    .min(1)
    .default(['all-linear'])
    .meta({ placeholder: 'NAME…' })
    .describe(`projections with an adapter: all-linear, or some of ${targetModules.join(', ')}`),
  max_length: count.default(1024).describe('tokens that one conversation may have'),
  truncation: z
    .enum(['left', 'right', 'middle', 'drop', 'error'])
    .default('left')
    .describe('a longer conversation loses its beginning, end or middle, is left out, or refused'),
  shuffle: z.boolean().default(true).describe('draw a new order of the rows every epoch'),
  eval_on_start: z.boolean().default(false).describe('validate before the first step too'),
  eval_steps: count
    .nullable()
    .default(null)
    .describe('validate every so many steps; null: at the end'),
  save_steps: count
    .nullable()
    .default(null)
    .describe('checkpoint every so many steps; null: at the end'),
});

/** Options of recipes that name a file: looked for and made absolute, relative in job.yaml, hashed. */
export const fileOptions: readonly string[] = ['examples_file'];

/** Options that say where a cluster is: no more part of what a run is than the invocation's own. */
export const addressOptions: readonly string[] = ['ray_address'];

/** How this invocation behaves. Not part of what a run is, so job.yaml does not hold them. */
export const invocationOptions = z.object({
  resume: z.boolean().default(false).describe('continue the run in the output folder'),
  background: z
    .boolean()
    .default(false)
    .describe('in a session: go on with other cells while the job runs'),
  dry_run: z.boolean().default(false).describe('show the plan and stop'),
  json: z.boolean().default(false).describe('print one JSON object per event'),
});

/** The training options as a recipe has them. */
export function trainingOptionsOf({ common = {} }: { common?: CommonOptions }): z.ZodType {
  const { defaults = {}, without = [] } = common;
  const entries = Object.entries(trainingOptions.shape).flatMap(([name, schema]) => {
    if (without.includes(name)) return [];
    const value = defaults[name];
    if (value === undefined) return [[name, schema] as const];
    const other = (schema.unwrap() as z.ZodType).default(value);
    return [[name, other.describe(schema.description!)] as const];
  });
  return z.object(Object.fromEntries(entries));
}

export type TrainingOptions = z.infer<typeof trainingOptions>;
export type InvocationOptions = z.infer<typeof invocationOptions>;
