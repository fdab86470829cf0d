/** A forest of segments gives each sequence what it would get alone. */
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createOnnxExecutor } from '../../../lib/engine/onnx/executor.ts';
import type { Parameters } from '../../../lib/graph/executor.ts';
import { readConfig } from '../../../lib/model/config.ts';
import type { ModelConfig } from '../../../lib/model/config.ts';
import { inferenceGraph } from '../../../lib/model/decoder.ts';
import type { Objective } from '../../../lib/model/decoder.ts';
import { feedsOf, structureOf } from '../../../lib/model/layout.ts';
import type { Sequence } from '../../../lib/model/layout.ts';
import { loadWeights } from '../../../lib/model/weights.ts';

const folder = join(import.meta.dirname, '../../fixtures/parity/qwen3-micro');
const executor = createOnnxExecutor({ threads: 1 });
let config: ModelConfig;
let parameters: Parameters;
beforeAll(async () => {
  config = await readConfig(folder);
  parameters = await executor.parameters(await loadWeights(folder, config));
});
afterAll(() => parameters.close());

const logProbs: Objective = (model, batch) => ({
  values: model.logProbs(batch, batch.data.targets!),
});

async function compute(examples: Sequence[], objective: Objective = logProbs): Promise<number[]> {
  const graph = inferenceGraph(config, structureOf(examples), objective);
  const program = await executor.compile(graph, parameters);
  const { values } = await program.run(feedsOf(config, examples, 1));
  await program.close();
  return [...(values!.data as Float32Array)];
}

/** Every token after the first, predicted from those before it. */
function alone(ids: number[]): Sequence {
  const reads = ids.slice(1).map((_, offset) => ({ segment: 0, offset }));
  return { segments: [{ ids, parent: -1 }], reads, data: { targets: ids.slice(1) } };
}

function close(found: number[], wanted: number[]): void {
  expect(found.length).toBe(wanted.length);
  found.forEach((value, i) => expect(value).toBeCloseTo(wanted[i]!, 4));
}

const prompt = [11, 503, 7, 3001, 42];
const answers = [[9, 1000], [77, 8, 2048, 5], [640]];

test('a group: a prompt once, several completions, each read from the prompt on', async () => {
  const segments = [{ ids: prompt, parent: -1 }, ...answers.map((ids) => ({ ids, parent: 0 }))];
  const reads = answers.flatMap((ids, a) => [
    { segment: 0, offset: prompt.length - 1 },
    ...ids.slice(1).map((_, offset) => ({ segment: a + 1, offset })),
  ]);
  const found = await compute([{ segments, reads, data: { targets: answers.flat() } }]);
  const each = await Promise.all(answers.map((ids) => compute([alone([...prompt, ...ids])])));
  close(
    found,
    each.flatMap((values) => values.slice(prompt.length - 1)),
  );
});

test('a tree three deep, and two examples end to end', async () => {
  const segments = [
    { ids: prompt, parent: -1 },
    { ids: [1, 2], parent: 0 },
    { ids: [3], parent: 0 },
    { ids: [4, 5, 6], parent: 1 },
    { ids: [7, 8], parent: 1 },
  ];
  const reads = [
    { segment: 4, offset: 0 },
    { segment: 3, offset: 1 },
  ];
  const tree = { segments, reads, data: { targets: [8, 6] } };
  const found = await compute([tree, tree]);
  const left = (await compute([alone([...prompt, 1, 2, 7, 8])])).at(-1)!;
  const right = (await compute([alone([...prompt, 1, 2, 4, 5, 6])])).at(-1)!;
  close(found, [left, right, left, right]);
});

test('an empty prompt and an only child change nothing', async () => {
  const ids = [...prompt, ...answers[1]!];
  const reads = ids
    .slice(1)
    .map((_, i) =>
      i < prompt.length ? { segment: 1, offset: i } : { segment: 3, offset: i - prompt.length },
    );
  const segments = [
    { ids: [], parent: -1 },
    { ids: prompt, parent: 0 },
    { ids: [], parent: 1 },
    { ids: answers[1]!, parent: 2 },
  ];
  const chained = { segments, reads, data: { targets: ids.slice(1) } };
  expect(structureOf([chained]).key).toBe(structureOf([alone(ids)]).key);
  close(await compute([chained]), await compute([alone(ids)]));
});

test('a pair without a common beginning is two sequences', async () => {
  const rewards: Objective = (model, batch) => ({ values: model.rewards(batch) });
  const last = (segment: number, ids: number[]) => ({ segment, offset: ids.length - 1 });
  const [a, b] = [answers[0]!, answers[1]!];
  const segments = [
    { ids: [], parent: -1 },
    { ids: a, parent: 0 },
    { ids: b, parent: 0 },
  ];
  const found = await compute([{ segments, reads: [last(1, a), last(2, b)], data: {} }], rewards);
  const single = (ids: number[]) =>
    compute([{ segments: [{ ids, parent: -1 }], reads: [last(0, ids)], data: {} }], rewards);
  close(found, [...(await single(a)), ...(await single(b))]);
});

test('long answers, which are cut into pieces, come out the same', async () => {
  const long = (seed: number, n: number) =>
    Array.from({ length: n }, (_, i) => (seed * i * i + i) % 4000);
  const [a, b] = [long(7, 800), long(13, 740)];
  const segments = [
    { ids: prompt, parent: -1 },
    { ids: a, parent: 0 },
    { ids: b, parent: 0 },
  ];
  const offsets = [0, 184, 185, 199, 200, 600, 739];
  const reads = [1, 2].flatMap((segment) => offsets.map((offset) => ({ segment, offset })));
  const targets = reads.map((_, i) => 100 + i);
  const pair = { segments, reads, data: { targets } };
  expect(structureOf([pair]).parents.length).toBe(9);
  // The same answers shared by a short third one: the mean is short, so nothing is cut.
  const whole = { ...pair, segments: [...segments, { ids: [5], parent: 0 }] };
  expect(structureOf([whole]).parents.length).toBe(4);
  close(await compute([pair]), await compute([whole]));
});

test('numbers of the data are counted by reads, by examples or otherwise', () => {
  const example = { ...alone(prompt), data: { targets: [1, 2, 3, 4], margin: [1], other: [1, 2] } };
  expect(structureOf([example, example]).data).toEqual({
    margin: 'examples',
    other: 'other',
    targets: 'reads',
  });
});

test('a read outside its segment is refused', () => {
  const reads = [{ segment: 0, offset: prompt.length }];
  expect(() => structureOf([{ ...alone(prompt), reads }])).toThrow('outside its segment');
  expect(() => structureOf([{ ...alone(prompt), reads: [] }])).toThrow('read no position');
});
