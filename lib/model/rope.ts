/**
 * Rotary positions as config.json describes them: the base of their periods, and how those are stretched for
 * texts longer than the ones that a model first learned. Formulas and defaults are those of transformers
 * (`modeling_rope_utils.py`).
 */
import { z } from 'zod';

export type Rope = { readonly theta: number } & Stretch;

type Stretch =
  | { readonly kind: 'default' }
  /** Chen et al. 2023. */
  | { readonly kind: 'linear'; readonly factor: number }
  /** Llama 3.1: long periods by the factor, short ones not, those between in proportion. */
  | ({ readonly kind: 'llama3' } & z.infer<typeof llama3>)
  /** Peng et al. 2023. */
  | ({ readonly kind: 'yarn' } & z.infer<typeof yarn>);

const factor = z.number().positive();
const llama3 = z.object({
  factor,
  low_freq_factor: factor,
  high_freq_factor: factor,
  original_max_position_embeddings: factor,
});
const yarn = z.object({
  factor,
  beta_fast: z.number().positive().nullish(),
  beta_slow: z.number().positive().nullish(),
  attention_factor: z.number().positive().nullish(),
  mscale: z.number().nullish(),
  mscale_all_dim: z.number().nullish(),
  original_max_position_embeddings: factor,
  truncate: z.boolean().nullish(),
});
const kinds = { default: z.object({}), linear: z.object({ factor }), llama3, yarn };

export interface RopeSettings {
  /** Where config.json has none. */
  theta: number;
  maxPositions: number;
  /** `partial_rotary_factor` where it stands apart. */
  turning?: unknown;
  /** Kinds that the family has; default: all. */
  kinds?: readonly string[];
}

/**
 * Reads the value of a key of config.json, `rope_parameters` or `rope_scaling`. Refused with a sentence for
 * each problem.
 */
export function ropeOf(
  value: unknown,
  key: string,
  settings: RopeSettings,
): Rope | { problems: string[] } {
  const given = (value ?? {}) as Record<string, unknown>;
  const kind = given.rope_type ?? given.type ?? 'default';
  const known = settings.kinds ?? Object.keys(kinds);
  if (typeof kind !== 'string' || !known.includes(kind))
    return { problems: [unsupported(key, kind, known)] };
  const theta = given.rope_theta ?? settings.theta;
  const original = { original_max_position_embeddings: settings.maxPositions };
  const shape = kinds[kind as keyof typeof kinds].safeParse({ ...original, ...given });
  const missing = (name: string, expected: string, found: unknown): string =>
    `${key}.${name}: expected ${expected}, found ${found === undefined ? 'nothing' : JSON.stringify(found)}`;
  const problems =
    shape.error?.issues.map(({ path: [name] }) =>
      missing(String(name), 'a number above 0', given[String(name)]),
    ) ?? [];
  if (typeof theta !== 'number' || !(theta > 0))
    problems.push(missing('rope_theta', 'a number above 0', theta));
  const turning = given.partial_rotary_factor ?? settings.turning ?? 1;
  if (turning !== 1)
    problems.push(missing('partial_rotary_factor', '1 (all of a head turns)', turning));
  if (problems.length > 0) return { problems };
  return { theta, kind, ...shape.data } as Rope;
}

function unsupported(key: string, kind: unknown, known: readonly string[]): string {
  const names = known.map((name) => (name === 'default' ? '"default" (none)' : `"${name}"`));
  return `${key}: rope scaling ${JSON.stringify(kind)} is not supported; supported: ${names.join(', ')}`;
}

/** Tokens to a radian, of each pair of a head's elements: [headDim / 2]. */
export function periods(rope: Rope, headDim: number): number[] {
  const plain = Array.from({ length: headDim / 2 }, (_, i) => rope.theta ** ((2 * i) / headDim));
  if (rope.kind === 'linear') return plain.map((period) => period * rope.factor);
  if (rope.kind === 'llama3') return plain.map((period) => llama3Period(period, rope));
  if (rope.kind === 'yarn') return yarnPeriods(plain, rope, headDim);
  return plain;
}

function llama3Period(period: number, rope: Rope & { kind: 'llama3' }): number {
  const turns = rope.original_max_position_embeddings / (2 * Math.PI * period);
  const { low_freq_factor: low, high_freq_factor: high } = rope;
  if (turns > high) return period;
  if (turns < low) return period * rope.factor;
  const smooth = (turns - low) / (high - low);
  return period / ((1 - smooth) / rope.factor + smooth);
}

/** Between pairs that turn often, which stay, and those that turn seldom, which are stretched, a ramp. */
function yarnPeriods(plain: number[], rope: Rope & { kind: 'yarn' }, headDim: number): number[] {
  const original = rope.original_max_position_embeddings;
  const pairThatTurns = (turns: number): number =>
    (headDim * Math.log(original / (turns * 2 * Math.PI))) / (2 * Math.log(rope.theta));
  const [low, high] = [pairThatTurns(rope.beta_fast ?? 32), pairThatTurns(rope.beta_slow ?? 1)];
  const whole = rope.truncate ?? true;
  const first = Math.max(whole ? Math.floor(low) : low, 0);
  const last = Math.min(whole ? Math.ceil(high) : high, headDim - 1);
  const width = last === first ? 0.001 : last - first;
  return plain.map((period, i) => {
    const ramp = Math.min(Math.max((i - first) / width, 0), 1);
    return period / (ramp / rope.factor + 1 - ramp);
  });
}

/** What cos and sin are multiplied by. */
export function magnitude(rope: Rope): number {
  if (rope.kind !== 'yarn') return 1;
  const { factor: by, mscale, mscale_all_dim: all } = rope;
  const scaled = (m: number): number => (by <= 1 ? 1 : 0.1 * m * Math.log(by) + 1);
  return rope.attention_factor ?? (mscale && all ? scaled(mscale) / scaled(all) : scaled(1));
}
