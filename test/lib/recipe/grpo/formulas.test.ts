/** Every formula against VERL's numbers (its code's own vectors) and a PyTorch reference, gradients included. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { createOnnxExecutor } from '../../../../lib/engine/onnx/executor.ts';
import { differentiate } from '../../../../lib/graph/gradient.ts';
import * as ops from '../../../../lib/graph/ops/index.ts';
import { input, type Tensor } from '../../../../lib/graph/tensor.ts';
import { groupAdvantages, varies } from '../../../../lib/recipe/grpo/advantage.ts';
import { tokenWeights, type Aggregation } from '../../../../lib/recipe/grpo/aggregation.ts';
import { klLoss, klTypes, klValue, type KlLossType } from '../../../../lib/recipe/grpo/kl.ts';
import { overlongPenalty, type OverlongBuffer } from '../../../../lib/recipe/grpo/overlong.ts';
import { policyTerms } from '../../../../lib/recipe/grpo/policy-loss.ts';

interface Reference {
  overlong: (OverlongBuffer & { rewards: number[] })[];
  advantages: { scores: number[]; byDeviation: number[]; plain: number[] }[];
  aggregation: { losses: number[][]; horizon: number; values: Record<Aggregation, number> };
  policy: {
    old: number[];
    logProbs: number[];
    advantages: number[];
    cases: (Record<'low' | 'high' | 'c', number> &
      Record<'loss' | 'gradient' | 'clipped' | 'dualClipped', number[]>)[];
  };
  kl: { d: number[]; cases: Record<KlLossType, { value: number[]; gradient: number[] }> };
}
const reference = JSON.parse(
  readFileSync(join(import.meta.dirname, 'formulas.json'), 'utf8'),
) as Reference;

const executor = createOnnxExecutor({ threads: 1 });
const parameters = await executor.parameters(new Map());
afterAll(() => parameters.close());

/** Outputs of a graph over vectors, and the gradient of one of them by `logProbs`. */
async function compute(
  feeds: Record<string, readonly number[]>,
  build: (inputs: Record<string, Tensor>) => Record<string, Tensor> & { by: Tensor },
): Promise<Record<string, number[]>> {
  const inputs = Object.fromEntries(
    Object.keys(feeds).map((name) => [name, input(name, 'float32', ['n'])]),
  );
  const { by, ...outputs } = build(inputs);
  const gradient = differentiate(ops.sum(by), [inputs.logProbs!]).get(inputs.logProbs!)!;
  const program = await executor.compile({ outputs: { ...outputs, gradient } }, parameters);
  const values = Object.entries(feeds).map(([name, data]) => [
    name,
    { data: Float32Array.from(data), shape: [data.length] },
  ]);
  const found = await program.run(Object.fromEntries(values) as never);
  await program.close();
  return Object.fromEntries(
    Object.entries(found).map(([name, { data }]) => [name, Array.from(data, Number)]),
  );
}

function near(found: readonly number[], wanted: readonly number[], tolerance: number): void {
  expect(found).toHaveLength(wanted.length);
  found.forEach((value, i) =>
    expect(Math.abs(value - wanted[i]!), `place ${i}: ${value}, not ${wanted[i]}`).toBeLessThan(
      tolerance * Math.max(1, Math.abs(wanted[i]!)),
    ),
  );
}

describe('advantages', () => {
  test.each<[number[], number[]]>([
    [
      [1, 0, 0, 0],
      [1.499997, -0.499999, -0.499999, -0.499999],
    ],
    [
      [1, 1, 0, 0],
      [0.866024, 0.866024, -0.866024, -0.866024],
    ],
    [
      [1, 1, 1, 0],
      [0.499999, 0.499999, 0.499999, -1.499997],
    ],
    [
      [0, 1, 2, 3].map((distance) => Math.exp(-distance / 2)),
      [1.32743, 0.168341, -0.534683, -0.961088],
    ],
    [
      [0.3, 0.3, 0.3],
      [0, 0, 0],
    ],
  ])("VERL's of %j", (scores, wanted) => near(groupAdvantages(scores, true), wanted, 1e-5));

  test.each(reference.advantages)('of $scores', ({ scores, byDeviation, plain }) => {
    near(groupAdvantages(scores, true), byDeviation, 1e-9);
    near(groupAdvantages(scores, false), plain, 1e-9);
  });

  test('a group varies where any score differs', () => {
    expect(varies([0.1, 0.1, 0.1])).toBe(false);
    expect(varies([0.1, 0.1, 0.2])).toBe(true);
    expect(varies([1])).toBe(false);
  });
});

test.each(Object.entries(reference.aggregation.values))('aggregation %s', (mode, wanted) => {
  const { losses, horizon } = reference.aggregation;
  const lengths = losses.map(({ length }) => length);
  const weights = tokenWeights(mode as Aggregation, lengths, horizon);
  const sum = losses.flatMap((row, i) => row.map((loss) => loss * weights[i]!));
  const tokens = lengths.reduce((a, b) => a + b);
  expect(sum.reduce((a, b) => a + b) / tokens).toBeCloseTo(wanted, 7);
});

test.each(reference.policy.cases)('policy loss, $low, $high, $c', async (expected) => {
  const { old, logProbs, advantages } = reference.policy;
  const clipping = {
    clip_ratio_low: expected.low,
    clip_ratio_high: expected.high,
    clip_ratio_c: expected.c,
  };
  const found = await compute({ old, logProbs, advantages }, (given) => {
    const { loss, clipped, dualClipped } = policyTerms(
      given.logProbs!,
      { old: given.old!, advantages: given.advantages! },
      clipping,
    );
    return { loss, clipped, dualClipped, by: loss };
  });
  for (const name of ['loss', 'gradient', 'clipped', 'dualClipped'] as const)
    near(found[name]!, expected[name], 2e-5);
});

test.each(reference.overlong)('overlong, $most, $length, $factor', ({ rewards, ...buffer }) => {
  const lengths = rewards.map((_, i) => (i * buffer.most) / 8);
  near(
    lengths.map((tokens) => -overlongPenalty(tokens, buffer)),
    rewards,
    1e-12,
  );
});

describe('KL', () => {
  const { d, cases } = reference.kl;
  const zeros = d.map(() => 0);
  test.each(Object.entries(cases))('%s', async (type, expected) => {
    const found = await compute({ logProbs: d, reference: zeros }, (given) => {
      const value = klLoss(type as KlLossType, given.logProbs!, given.reference!);
      return { value, by: value };
    });
    near(found.value!, expected.value, 2e-6);
    near(found.gradient!, expected.gradient, 2e-6);
  });
  test.each(klTypes)('%s of plain numbers', (type) => {
    near(
      d.map((value) => klValue(type, value - 1, -1)),
      cases[type].value,
      1e-9,
    );
  });
});
