/** How the layers of a model look back: how far, and by which rotary positions they know where a token is. */
import type { ConfigFile } from './config-file.ts';
import type { Family } from './families.ts';
import { ropeOf, type Rope } from './rope.ts';

export interface Sight {
  rope: Rope;
  /** A token sees itself and those before it, this many together; absent: all. */
  window?: number;
}

/** Of layers that see all, and of those that see a window. */
export interface Ropes {
  full_attention: Rope;
  sliding_attention: Rope;
}
const kinds = ['full_attention', 'sliding_attention'] as const;

/**
 * transformers 4 says `rope_scaling`, `rope_theta` and, for layers with a window, `rope_local_base_freq`;
 * transformers 5 `rope_parameters`, which may be one for each kind of layer.
 */
export function readRopes(
  raw: Readonly<Record<string, unknown>>,
  family: Family,
  file: ConfigFile | undefined,
): Ropes & { problems: string[] } {
  const key = raw.rope_scaling ? 'rope_scaling' : 'rope_parameters';
  const given = (raw[key] ?? {}) as Record<string, unknown>;
  const nested = kinds.some((kind) => kind in given);
  const local = file?.rope_local_base_freq ?? undefined;
  const problems = new Set<string>();
  const read = (kind: keyof Ropes): Rope => {
    const own = kind === 'sliding_attention' && local !== undefined;
    const found = ropeOf(nested ? given[kind] : own ? {} : given, nested ? `${key}.${kind}` : key, {
      theta: (own ? local : file?.rope_theta) ?? 10000,
      maxPositions: file?.max_position_embeddings ?? 1,
      turning: raw.partial_rotary_factor,
      ...(family.ropeKinds && { kinds: family.ropeKinds }),
    });
    if (!('problems' in found)) return found;
    for (const problem of found.problems) problems.add(problem);
    return { kind: 'default', theta: 1 };
  };
  const [full_attention, sliding_attention] = [read('full_attention'), read('sliding_attention')];
  return { full_attention, sliding_attention, problems: [...problems] };
}

/** The sights that there are, and which each layer has. */
export function sightsOf(
  file: ConfigFile,
  family: Family,
  ropes: Ropes,
): { sights: Sight[]; sightOf: number[] } {
  const every = file.sliding_window_pattern ?? family.fullEvery ?? 1;
  const { sliding_window: window } = file;
  const types = Array.from(
    { length: file.num_hidden_layers },
    (_, i) =>
      file.layer_types?.[i] ?? ((i + 1) % every === 0 ? 'full_attention' : 'sliding_attention'),
  );
  const known = [...new Set(types)];
  return {
    sights: known.map((type) => ({
      rope: ropes[type],
      ...(type === 'sliding_attention' && window !== null && { window }),
    })),
    sightOf: types.map((type) => known.indexOf(type)),
  };
}
