/** Prompts come and go in any order; those that are there are always whole. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createPlaces } from '../../../../../lib/engine/onnx/write/places.ts';
import {
  createPromptCache,
  type HeldPrompt,
} from '../../../../../lib/engine/onnx/write/prompt-cache.ts';
import type { Value } from '../../../../../lib/graph/executor.ts';

const shape = { layers: 2, heads: 2, width: 3 };

/** What was read of one prompt: element (head, token, w) of layer l says all that and whose it is. */
function readOf(mark: number, tokens: number): Record<string, Value> {
  const { layers, heads, width } = shape;
  const of = (sign: number, l: number): Value => {
    const count = heads * tokens * width;
    const data = Float32Array.from({ length: count }, (_, i) => sign * (mark + l * 1000 + i));
    return { data, shape: [heads, tokens, width] };
  };
  return Object.fromEntries(
    Array.from({ length: layers }, (_, l) => [
      [`keys.${l}`, of(1, l)],
      [`values.${l}`, of(-1, l)],
    ]).flat(),
  ) as Record<string, Value>;
}

test('those that are held are whole, whoever came and left before', () => {
  const comings = fc.array(
    fc.record({ tokens: fc.integer({ min: 1, max: 200 }), leaves: fc.array(fc.nat(20)) }),
    { minLength: 1, maxLength: 12 },
  );
  fc.assert(
    fc.property(comings, (all) => {
      const cache = createPromptCache(shape);
      const held: { prompt: HeldPrompt; mark: number }[] = [];
      all.forEach(({ tokens, leaves }, i) => {
        const mark = (i + 1) * 100_000;
        const prompt = cache.hold(readOf(mark, tokens), { from: 0, tokens });
        held.push({ prompt, mark });
        for (const leave of leaves) {
          if (held.length < 2) break;
          const [gone] = held.splice(leave % held.length, 1);
          cache.leave(gone!.prompt);
        }
        const tensors = cache.tensors();
        for (const { prompt, mark } of held) check(prompt, mark, tensors, cache.places);
      });
    }),
    { numRuns: 60 },
  );
});

function check(
  { slot, tokens }: HeldPrompt,
  mark: number,
  tensors: ReturnType<ReturnType<typeof createPromptCache>['tensors']>,
  places: number,
): void {
  const { heads, width } = shape;
  for (let l = 0; l < shape.layers; l++) {
    const keys = tensors[`prompts.keys.${l}`]!.data as Float32Array;
    const values = tensors[`prompts.values.${l}`]!.data as Float32Array;
    for (let head = 0; head < heads; head++)
      for (let t = 0; t < tokens; t++)
        for (let w = 0; w < width; w++) {
          const told = mark + l * 1000 + (head * tokens + t) * width + w;
          const at = slot * heads + head;
          if (keys[(at * width + w) * places + t] !== told) expect.fail(`key of ${mark}`);
          if (values[(at * places + t) * width + w] !== -told) expect.fail(`value of ${mark}`);
        }
  }
}

test('a query goes to the prompt of its row, and its answer comes from there', () => {
  const [heads, group] = [2, 3];
  const { into, outOf } = createPlaces({ heads, group })([1, 0, 1, 1]) as Record<
    string,
    { data: BigInt64Array; dims: readonly number[] }
  >;
  expect(into!.dims).toEqual([2, heads, 9, 3]);
  expect(outOf!.dims).toEqual([4, heads, group, 3]);
  for (let row = 0; row < 4; row++)
    for (let head = 0; head < heads; head++)
      for (let g = 0; g < group; g++) {
        const at = ((row * heads + head) * group + g) * 3;
        const [slot, where, query] = Array.from(outOf!.data.subarray(at, at + 3), Number);
        const from = ((slot! * heads + where!) * 9 + query!) * 3;
        expect(Array.from(into!.data.subarray(from, from + 3), Number)).toEqual([row, head, g]);
      }
});

test('a lone query has company, for the sake of its bits', () => {
  const { into } = createPlaces({ heads: 1, group: 1 })([0]);
  expect(into!.dims).toEqual([1, 1, 2, 3]);
});
