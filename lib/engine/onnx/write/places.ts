/** Which rows ask which prompt: where each query goes to ask, and where its answer comes from. */
import { Tensor } from 'onnxruntime-node';
import type { Step } from '../../../graph/executor.ts';
import type { Tensors } from '../sessions.ts';

/** At least so many queries of a prompt, as a product of one row has other bits than the same row among more. */
const fewest = 2;

/** Makes `into` and `outOf` of the prompt's slot of each row; kept while rows and slots stay the same. */
export function createPlaces({
  heads,
  group,
}: Pick<Step, 'heads' | 'group'>): (slots: readonly number[]) => Tensors {
  let known: { key: string; tensors: Tensors } | undefined;
  return (slots) => {
    const key = slots.join();
    if (known?.key !== key) known = { key, tensors: placesOf(slots, heads, group) };
    return known.tensors;
  };
}

function placesOf(slots: readonly number[], heads: number, group: number): Tensors {
  const prompts = Math.max(...slots) + 1;
  const askers = Array.from({ length: prompts }, (): number[] => []);
  const turns = slots.map((slot, row) => askers[slot]!.push(row) - 1);
  const most = Math.max(fewest, group * Math.max(...askers.map(({ length }) => length)));
  const into: number[] = [];
  for (const rows of askers)
    for (let head = 0; head < heads; head++)
      for (let q = 0; q < most; q++) into.push(rows[Math.floor(q / group)] ?? 0, head, q % group);
  const outOf = slots.flatMap((slot, row) =>
    Array.from({ length: heads }, (_, head) =>
      Array.from({ length: group }, (_, g) => [slot, head, turns[row]! * group + g]),
    ).flat(2),
  );
  return {
    into: int64(into, [prompts, heads, most, 3]),
    outOf: int64(outOf, [slots.length, heads, group, 3]),
  };
}

function int64(values: readonly number[], shape: readonly number[]): Tensor {
  return new Tensor('int64', BigInt64Array.from(values, BigInt), shape);
}
