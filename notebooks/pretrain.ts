/**
 * Teaches the small model to answer and writes its weights beside its tokenizer: next-token loss on the
 * answers of lessons, which ask nothing that the preference pairs ask. Takes minutes, once.
 */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { createOnnxExecutor } from '../lib/engine/onnx/executor.ts';
import { mul, neg } from '../lib/graph/ops/elementwise.ts';
import { sum } from '../lib/graph/ops/reduce.ts';
import { readConfig } from '../lib/model/config.ts';
import type { Objective } from '../lib/model/decoder.ts';
import { saveModel } from '../lib/model/save.ts';
import type { Example } from '../lib/recipe/recipe.ts';
import { loadEncoder } from '../lib/text/encoder.ts';
import type { TextEncoder } from '../lib/text/encoder.ts';
import { createPacker } from '../lib/train/packing.ts';
import { learningRateFactor } from '../lib/train/schedule.ts';
import { seed } from './generate.ts';
import { firstWeights } from './generator/model.ts';
import { makeTutorial } from './generator/tutorial.ts';
import type { Lesson } from './generator/tutorial.ts';

const steps = 3000;
const lessonsPerStep = 64;
/** The mark is one token, and says the most. */
const markWeight = 2;
const peak = 2e-3;
const rule = { betas: [0.9, 0.98], eps: 1e-8, weightDecay: 0, maxGradNorm: 1 } as const;
const course = { scheduler: 'linear', steps, warmupRatio: 0.05 } as const;

/** Minus the mean log-probability of the answers' tokens. */
const objective: Objective = (model, batch) => {
  const logProbs = model.logProbs(batch, batch.data.targets!);
  return { loss: neg(mul(sum(mul(logProbs, batch.data.weights!)), batch.scale)) };
};

await pretrain(process.argv[2] ?? join(import.meta.dirname, 'model'));

async function pretrain(folder: string): Promise<void> {
  const config = await readConfig(folder);
  const text = await loadEncoder(folder);
  const executor = createOnnxExecutor({
    threads: Number(process.argv[3] ?? availableParallelism()),
  });
  const parameters = await executor.parameters(firstWeights(config, seed));
  const micro = { microBatchTokens: 512, gradients: true };
  const packer = createPacker({ executor, parameters, config, objective, ...micro });
  const lessons = makeTutorial(seed).lessons();
  for (let step = 0; step < steps; step++) {
    const examples = Array.from({ length: lessonsPerStep }, () =>
      example(lessons.next().value, text),
    );
    const tokens = examples.reduce((total, { weight }) => total + weight, 0);
    const batches = await packer.pack(examples, 1 / tokens);
    const results = await parameters.accumulate(batches.map(({ work }) => work));
    const learningRate = peak * learningRateFactor(step, course);
    await parameters.update({ ...rule, learningRate });
    if (step % 100 === 99) {
      const loss = results.reduce((total, { loss }) => total + Number(loss!.data[0]!), 0);
      console.log(`step ${step + 1} of ${steps}, loss ${loss.toFixed(4)}`);
    }
  }
  const weights = await parameters.read();
  await saveModel(folder, { config, weights, from: folder, dtype: config.dtype });
  await packer.close();
  await parameters.close();
}

/** A right answer's tokens are learned, and the mark of any: each is read one place before it stands. */
function example({ question, answer, mark }: Lesson, text: TextEncoder): Example {
  const asked = [{ role: 'user', content: question }];
  const prompt = text.encodeChat(asked, { addGenerationPrompt: true });
  const whole = text.encodeChat([...asked, { role: 'assistant', content: answer }]);
  const ids = [...whole, ...text.encode(`<|im_start|>user\n${mark}`)];
  const last = ids.length - 2;
  const places = mark === 'Right.' ? range(prompt.length, whole.length) : [];
  places.push(last);
  return {
    segments: [{ ids: ids.slice(0, last), parent: -1 }],
    reads: places.map((place) => ({ segment: 0, offset: place - 1 })),
    data: {
      targets: places.map((place) => ids[place]!),
      weights: places.map((place) => (place === last ? markWeight : 1)),
    },
    weight: places.length - 1 + markWeight,
    row: 0,
  };
}

function range(start: number, end: number): number[] {
  return Array.from({ length: end - start }, (_, i) => start + i);
}
