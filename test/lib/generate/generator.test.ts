/** Writing: the same bits whatever is written beside it, with the weights as they are, ended when told. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  createGenerator,
  defaultSampling,
  type WrittenToken,
} from '../../../lib/generate/generator.ts';
import { sum as sumOf } from '../../../lib/graph/ops/reduce.ts';
import type { Completion, Sampling } from '../../../lib/recipe/recipe.ts';
import { createPacker } from '../../../lib/train/packing.ts';
import { refusal } from '../refusal.ts';
import { greedyCases, letterOf, letters, openModel, type OpenModel } from './open-model.ts';

const family = 'qwen3-micro-sft';
const prompts = greedyCases(family).map(({ prompt }) => prompt);
const sampling: Sampling = { ...defaultSampling, maxTokens: 24, seed: 11 };
let model: OpenModel;
beforeAll(async () => {
  model = await openModel(family, { threads: 2 });
});
afterAll(() => model.close());

const write = (
  which: readonly (readonly number[])[],
  more: Partial<Sampling> = {},
): Promise<Completion[][]> => model.generator.generate(which, { ...sampling, ...more });

test('a completion is the same bits alone and among others, by one thread and by two', async () => {
  const long = Array.from({ length: 150 }, (_, i) => 100 + ((i * 37) % 3000));
  const all = await write([...prompts.slice(0, 2), [5], ...prompts, long, ...prompts], { n: 5 });
  const few = await write([...prompts.slice(0, 2), [5]], { n: 2 });
  const [alone] = await write(prompts.slice(0, 1));
  const beside = await write([prompts[0]!, long, ...prompts]);
  const single = await openModel(family, { threads: 1 });
  const [byOne] = await single.generator.generate([prompts[0]!], sampling);
  await single.close();
  few.forEach((samples, i) => expect(samples).toEqual(all[i]!.slice(0, 2)));
  expect(beside[0]).toEqual(alone);
  expect(byOne).toEqual(alone);
});

test('the only completion of a prompt and the first of several agree to rounding', async () => {
  const alone = await write(prompts);
  const first = (await write(prompts, { n: 3 })).map(([completion]) => completion!);
  first.forEach(({ ids, logProbs }, i) => {
    expect(ids).toEqual(alone[i]![0]!.ids);
    logProbs.forEach((logProb, t) => expect(logProb).toBeCloseTo(alone[i]![0]!.logProbs[t]!, 4));
  });
});

test('a seed gives the same completions; samples and seeds differ', async () => {
  const [first] = await write([prompts[0]!], { n: 8 });
  const [again] = await write([prompts[0]!], { n: 8 });
  const [other] = await write([prompts[0]!], { n: 8, seed: 12 });
  expect(again).toEqual(first);
  expect(new Set([...first!, ...other!].map(({ ids }) => ids.join())).size).toBeGreaterThan(12);
});

test('a limit of one token is greedy', async () => {
  const ids = async (limits: Partial<Sampling>): Promise<number[][]> =>
    (await write(prompts, limits)).map(([completion]) => completion!.ids);
  const greedy = await ids({ temperature: 0 });
  expect(await ids({ topK: 1 })).toEqual(greedy);
  expect(await ids({ topP: 1e-6 })).toEqual(greedy);
  expect(await ids({ topK: 50, topP: 1e-6, temperature: 2 })).toEqual(greedy);
});

test('lengths: as many as allowed, no more than the model has positions for', async () => {
  const nearlyFull = Array.from({ length: model.config.maxPositions - 3 }, (_, i) => i % 4000);
  const [[short], [full]] = (await write([prompts[0]!, nearlyFull])) as [
    Completion[],
    Completion[],
  ];
  expect(short).toMatchObject({ finish: 'length', ids: { length: 24 } });
  expect(full).toMatchObject({ finish: 'length', ids: { length: 3 } });
  const [[one]] = (await write([prompts[0]!], { maxTokens: 1 })) as [Completion[]];
  expect(one!.ids).toEqual(short!.ids.slice(0, 1));
});

test('ends at an end token and keeps it', async () => {
  const [[plain]] = (await write([prompts[0]!])) as [Completion[]];
  const end = plain!.ids[6]!;
  const first = plain!.ids.indexOf(end);
  const ended = await openModel(family, { threads: 2, ends: [end] });
  const [[short]] = (await ended.generator.generate([prompts[0]!], sampling)) as [Completion[]];
  await ended.close();
  expect(short!.finish).toBe('stop');
  expect(short!.ids).toEqual(plain!.ids.slice(0, first + 1));
  expect(short!.logProbs).toEqual(plain!.logProbs.slice(0, first + 1));
});

test('ends at a text and leaves it out', async () => {
  const [plain] = await write([prompts[0]!], { n: 4 });
  const spelled = plain!.map(({ ids }) => ids.map(letterOf).join(''));
  const stop = [spelled[0]!.slice(5, 7), spelled[2]!.slice(9, 12)];
  const [stopped] = await write([prompts[0]!], { n: 4, stop });
  stopped!.forEach((completion, i) => {
    const cuts = stop.map((words) => spelled[i]!.indexOf(words)).filter((at) => at >= 0);
    const ends = stop.flatMap((words) => {
      const at = spelled[i]!.indexOf(words);
      return at < 0 ? [] : at + words.length;
    });
    const tokens = Math.min(24, ...ends);
    expect(completion.finish).toBe(cuts.length > 0 ? 'stop' : 'length');
    expect(completion.ids).toEqual(plain![i]!.ids.slice(0, tokens));
    expect(completion.logProbs).toHaveLength(tokens);
    if (ends.length > 0) expect(stop.some((words) => completion.text.includes(words))).toBe(false);
  });
  expect(stopped![0]!.finish).toBe('stop');
});

test('tells tokens as they come; their texts make the whole', async () => {
  const told: WrittenToken[] = [];
  const options = { onToken: (token: WrittenToken) => void told.push(token) };
  // One thread, whose rows take a token each at every step.
  const single = await openModel(family, { threads: 1 });
  const written = await single.generator.generate(prompts, { ...sampling, n: 2 }, options);
  await single.close();
  written.forEach((samples, prompt) =>
    samples.forEach(({ ids, logProbs, text }, sample) => {
      const own = told.filter((token) => token.prompt === prompt && token.sample === sample);
      expect(own.map(({ id }) => id)).toEqual(ids);
      expect(own.map(({ logProb }) => logProb)).toEqual(logProbs);
      expect(own.map((token) => token.text).join('')).toBe(text);
    }),
  );
  expect(told.findIndex(({ prompt }) => prompt === 1)).toBeLessThan(24);
});

test('gives up when told to, and goes on to write', async () => {
  const controller = new AbortController();
  let asked = 0;
  const onToken = (): void => {
    asked ||= performance.now();
    controller.abort(new Error('enough'));
  };
  const many = { ...sampling, n: 64, maxTokens: 1000 };
  const writing = model.generator.generate(prompts, many, { signal: controller.signal, onToken });
  await expect(writing).rejects.toThrow('enough');
  expect(performance.now() - asked).toBeLessThan(250);
  expect((await write([prompts[0]!]))[0]![0]!.ids).toHaveLength(24);
  const aborted = AbortSignal.abort(new Error('before'));
  await expect(model.generator.generate(prompts, sampling, { signal: aborted })).rejects.toThrow(
    'before',
  );
});

test('writes with the weights as they are after an update', async () => {
  const own = await openModel(family, { threads: 2 });
  const { executor, parameters, config, generator } = own;
  const greedy = { ...sampling, temperature: 0 };
  const before = await generator.generate(prompts, greedy);
  const packer = createPacker({
    ...{ executor, parameters, config, gradients: true, microBatchTokens: 1024 },
    objective: (decoder, batch) => ({ loss: sumOf(decoder.logProbs(batch, batch.data.targets!)) }),
  });
  const ids = prompts[0]!;
  const reads = ids.slice(1).map((_, offset) => ({ segment: 0, offset }));
  const example = { segments: [{ ids, parent: -1 }], reads, data: { targets: ids.slice(1) } };
  const packed = await packer.pack([{ ...example, weight: 1, row: 0 }], 1);
  await parameters.accumulate(packed.map(({ work }) => work));
  const rule = { betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0, maxGradNorm: 1 } as const;
  await parameters.update({ ...rule, learningRate: 1e-2 });
  const after = await generator.generate(prompts, greedy);
  const same = await executor.parameters(await parameters.read());
  const { text, ends } = { text: letters, ends: [] };
  const fresh = createGenerator({ executor, parameters: same, config, text, ends });
  expect(after).toEqual(await fresh.generate(prompts, greedy));
  expect(after).not.toEqual(before);
  await packer.close();
  await fresh.close();
  await same.close();
  await own.close();
});

test('refuses prompts by their number', async () => {
  const { maxPositions, vocab } = model.config;
  expect(await refusal(() => write([prompts[0]!, []]))).toBe(
    'prompt 1 is empty: there is nothing to continue',
  );
  expect(await refusal(() => write([new Array<number>(maxPositions).fill(1)]))).toBe(
    `the prompt has ${maxPositions} tokens; the model has ${maxPositions} positions, for the prompt and what follows`,
  );
  expect(await refusal(() => write([[1, vocab]]))).toBe(
    `the prompt has the token ${vocab}; the model knows 0 to ${vocab - 1}`,
  );
});

test('nothing to write is nothing written', async () => {
  expect(await write([])).toEqual([]);
  expect(await write([prompts[0]!], { n: 0 })).toEqual([[]]);
});
