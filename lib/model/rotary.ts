/** The angles of rotary positions, position / period, as cos and sin. */
import type { FloatValue } from '../graph/executor.ts';
import { magnitude, periods, type Rope } from './rope.ts';

interface Table {
  cos: Float32Array;
  sin: Float32Array;
  positions: number;
}
const tables = new Map<string, Table>();

/** cos and sin [positions, headDim / 2]. */
export function angles(
  rope: Rope,
  headDim: number,
  positions: readonly number[],
): { cos: FloatValue; sin: FloatValue } {
  const half = headDim / 2;
  const last = positions.reduce((a, b) => Math.max(a, b), 0);
  const table = tableUpTo(rope, headDim, last + 1);
  const pick = (from: Float32Array): FloatValue => {
    const data = new Float32Array(positions.length * half);
    positions.forEach((at, i) => data.set(from.subarray(at * half, (at + 1) * half), i * half));
    return { data, shape: [positions.length, half] };
  };
  return { cos: pick(table.cos), sin: pick(table.sin) };
}

/** What the tables of a config's sights are called: `cos` and `sin`, then `cos.1` and `sin.1`, … */
export function tableName(name: string, sight: number): string {
  return sight === 0 ? name : `${name}.${sight}`;
}

function tableUpTo(rope: Rope, headDim: number, positions: number): Table {
  const key = JSON.stringify([rope, headDim]);
  const known = tables.get(key);
  if (known && known.positions >= positions) return known;
  const rows = 2 ** Math.ceil(Math.log2(Math.max(positions, 512)));
  const half = headDim / 2;
  const each = periods(rope, headDim);
  const factor = magnitude(rope);
  const fill = (f: (x: number) => number): Float32Array =>
    Float32Array.from(
      { length: rows * half },
      (_, i) => factor * f(Math.floor(i / half) / each[i % half]!),
    );
  const made = { cos: fill(Math.cos), sin: fill(Math.sin), positions: rows };
  tables.set(key, made);
  return made;
}
