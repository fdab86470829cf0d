/**
 * What peft's `adapter_config.json` says of a low-rank adapter (LoRA: Hu et al. 2021,
 * https://arxiv.org/abs/2106.09685). Refuses what is not computed here instead of ignoring it.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { UserError } from '../errors.ts';

/** The projections of a layer that an adapter may have a part in; the last two in place of others in some families. */
export const targetModules = [
  'q_proj',
  'k_proj',
  'v_proj',
  'o_proj',
  'gate_proj',
  'up_proj',
  'down_proj',
  'qkv_proj',
  'gate_up_proj',
] as const;
export type TargetModule = (typeof targetModules)[number];

/** A weight W [out, in] of these modules is W + scale · B A, of A [r, in] and B [out, r]. */
export interface LowRank {
  r: number;
  /** The scale is alpha / r, */
  alpha: number;
  /** or alpha / √r (rsLoRA: Kalajdzievski 2023, https://arxiv.org/abs/2312.03732). */
  rslora?: boolean;
  targets: readonly TargetModule[];
  /** Part of A's inputs that were left out at random while it was trained; not done here. */
  dropout?: number;
}

/** An adapter's file: its base as it is named there, and what kind of model it makes of it. */
export interface AdapterFile {
  lowRank: LowRank;
  /** A folder, or ORG/NAME of the hub, */
  base: string;
  /** at this revision. */
  revision?: string;
  /** As peft's `task_type` says. */
  head?: 'causal' | 'reward';
}

export const adapterConfigFile = 'adapter_config.json';
export const adapterWeightsFile = 'adapter_model.safetensors';

export function scaleOf({ r, alpha, rslora = false }: LowRank): number {
  return alpha / (rslora ? Math.sqrt(r) : r);
}

/** The adapter of a folder; undefined where the folder holds none. */
export async function readAdapterFile(folder: string): Promise<AdapterFile | undefined> {
  const path = join(folder, adapterConfigFile);
  const text = await readFile(path, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : parseAdapter(text, path);
}

/** Turns the text of an `adapter_config.json` into an adapter; refuses it with every problem at once. */
export function parseAdapter(text: string, path: string): AdapterFile {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (cause) {
    throw new UserError(`${path} is not JSON: ${(cause as Error).message}`, undefined, { cause });
  }
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw))
    throw new UserError(`${path} should hold one JSON object, found ${text.slice(0, 40)}`);
  const parsed = schema.safeParse(raw);
  const problems = [
    ...(parsed.error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? []),
    ...unsupported(raw),
  ];
  if (!parsed.success || problems.length > 0)
    throw new UserError(`cannot use ${path}\n${problems.map((line) => `  ${line}`).join('\n')}`);
  const { r, lora_alpha, use_rslora, target_modules, revision, task_type } = parsed.data;
  const { lora_dropout: dropout, base_model_name_or_path: base } = parsed.data;
  const targets = targetModules.filter((name) => has(target_modules, name));
  const special = { ...(use_rslora && { rslora: true }), ...(dropout > 0 && { dropout }) };
  return {
    lowRank: { r, alpha: lora_alpha, targets, ...special },
    base,
    ...(revision != null && { revision }),
    ...(task_type != null && { head: task_type === 'SEQ_CLS' ? 'reward' : 'causal' }),
  };
}

/** The text of an `adapter_config.json` that peft reads. */
export function adapterText({ lowRank, base, revision, head }: AdapterFile): string {
  const { r, alpha, rslora = false, targets } = lowRank;
  const config = {
    base_model_name_or_path: base,
    bias: 'none',
    fan_in_fan_out: false,
    inference_mode: true,
    init_lora_weights: true,
    lora_alpha: alpha,
    lora_dropout: 0,
    modules_to_save: head === 'reward' ? ['score'] : null,
    peft_type: 'LORA',
    r,
    revision: revision ?? null,
    target_modules: targets,
    task_type: head === 'reward' ? 'SEQ_CLS' : 'CAUSAL_LM',
    use_dora: false,
    use_rslora: rslora,
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}

function has(named: string | readonly string[], name: string): boolean {
  return named === 'all-linear' || (named as string[]).map(moduleOf).includes(name);
}

/** peft names a module, or where each lies: `model.layers.0.self_attn.q_proj`. */
function moduleOf(path: string): string {
  return path.split('.').at(-1)!;
}

function expected(what: string) {
  return ({ input }: { input?: unknown }): string =>
    `expected ${what}, found ${input === undefined ? 'nothing' : JSON.stringify(input)}`;
}

/** Names of modules that are all known; the others are quoted. */
function among(known: readonly string[], sentence: ReturnType<typeof expected>) {
  return (names: string | string[], context: z.RefinementCtx): void => {
    const others = [names].flat().filter((name) => !known.includes(moduleOf(name)));
    if (others.length > 0) context.addIssue(sentence({ input: others }));
  };
}

const whole = { error: expected('a whole number above 0') };
const above = { error: expected('a number above 0') };
const heads = expected('null or "score"');
const modules = expected(`"all-linear" or some of ${targetModules.join(', ')}`);
const flag = { error: expected('true or false') };

const schema = z.object({
  peft_type: z.literal('LORA', { error: expected('"LORA"') }),
  base_model_name_or_path: z
    .string({ error: expected('a folder or ORG/NAME of the hub') })
    .min(1, { error: expected('a folder or ORG/NAME of the hub') }),
  revision: z.string({ error: expected('a text') }).nullish(),
  r: z.int(whole).positive(whole),
  lora_alpha: z.number(above).positive(above),
  use_rslora: z.boolean(flag).default(false),
  lora_dropout: z.number({ error: expected('a number') }).default(0),
  target_modules: z
    .union([z.literal('all-linear'), z.array(z.string()).min(1)], { error: modules })
    .superRefine(among([...targetModules, 'all-linear'], modules)),
  modules_to_save: z
    .array(z.string(), { error: heads })
    .superRefine(among(['score', 'classifier'], heads))
    .nullish(),
  task_type: z
    .enum(['CAUSAL_LM', 'SEQ_CLS'], { error: expected('CAUSAL_LM or SEQ_CLS') })
    .nullish(),
  // Other ways of beginning change the base's weights too.
  init_lora_weights: z
    .union([z.boolean(), z.enum(['gaussian', 'orthogonal', 'eva'])], {
      error: expected('true, false, "gaussian", "orthogonal" or "eva"'),
    })
    .default(true),
});

/** Keys that change nothing in what an adapter computes once it is trained. */
const withoutMeaning = new Set([
  ...['auto_mapping', 'peft_version', 'inference_mode', 'layers_pattern'],
  ...['megatron_core', 'qalora_group_size', 'loftq_config', 'eva_config', 'runtime_config'],
  'ensure_weight_tying',
]);

/** Everything else that is switched on, whatever peft may call it one day. */
function unsupported(raw: object): string[] {
  return Object.entries(raw)
    .filter(([key]) => !(key in schema.shape) && !withoutMeaning.has(key))
    .filter(([, value]) => !isOff(value))
    .map(([key, value]) => `${key}: ${JSON.stringify(value)} is not supported`);
}

function isOff(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.keys(value).length === 0;
  return value === null || value === false || value === 'none' || value === 0;
}
