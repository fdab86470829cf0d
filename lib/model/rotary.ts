/** The angles of rotary positions: position · theta^(−2i / headDim), as cos and sin. */
import type { Value } from '../graph/executor.ts';

interface Rotary {
  headDim: number;
  ropeTheta: number;
}

interface Table {
  cos: Float32Array;
  sin: Float32Array;
  positions: number;
}
const tables = new Map<string, Table>();

/** cos and sin [positions, headDim / 2]. */
export function angles(config: Rotary, positions: readonly number[]): { cos: Value; sin: Value } {
  const half = config.headDim / 2;
  const last = positions.reduce((a, b) => Math.max(a, b), 0);
  const table = tableUpTo(config, last + 1);
  const pick = (from: Float32Array): Value => {
    const data = new Float32Array(positions.length * half);
    positions.forEach((at, i) => data.set(from.subarray(at * half, (at + 1) * half), i * half));
    return { data, shape: [positions.length, half] };
  };
  return { cos: pick(table.cos), sin: pick(table.sin) };
}

function tableUpTo({ headDim, ropeTheta }: Rotary, positions: number): Table {
  const key = `${headDim}/${ropeTheta}`;
  const known = tables.get(key);
  if (known && known.positions >= positions) return known;
  const rows = 2 ** Math.ceil(Math.log2(Math.max(positions, 512)));
  const half = headDim / 2;
  const angle = (i: number): number =>
    Math.floor(i / half) / ropeTheta ** ((2 * (i % half)) / headDim);
  const fill = (f: (x: number) => number): Float32Array =>
    Float32Array.from({ length: rows * half }, (_, i) => f(angle(i)));
  const made = { cos: fill(Math.cos), sin: fill(Math.sin), positions: rows };
  tables.set(key, made);
  return made;
}
