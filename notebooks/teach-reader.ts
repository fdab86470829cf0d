/**
 * Teaches the small model of the judges' notebooks to read: next-token loss on the answers to exercises.
 * Takes minutes, once.
 */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Example } from '../lib/recipe/recipe.ts';
import { loadEncoder } from '../lib/text/encoder.ts';
import type { TextEncoder } from '../lib/text/encoder.ts';
import { seed } from './generate.ts';
import type { Exercise } from './generator/desk/exercises.ts';
import { makeDesk } from './generator/desk/world.ts';
import { teach } from './generator/teach.ts';

const exercisesPerStep = 32;

await pretrain(process.argv[2] ?? join(import.meta.dirname, 'reader'));

async function pretrain(folder: string): Promise<void> {
  const text = await loadEncoder(folder);
  const exercises = makeDesk(seed).exercises();
  const draw = () =>
    Array.from({ length: exercisesPerStep }, () => example(exercises.next().value, text));
  const threads = Number(process.argv[3] ?? availableParallelism());
  const steps = Number(process.argv[4] ?? 1000);
  await teach(folder, draw, { steps, peak: 2e-3, microBatchTokens: 768, seed, threads });
}

/** What there is to read is computed once for all that is asked about it. A chat has a weight below 1. */
function example({ material, questions }: Exercise, text: TextEncoder): Example {
  const chat = material === '';
  const asked = questions.map(({ ask, answer }) => ({
    ask: text.encode(
      `${chat ? '<|im_start|>user\n' : ''}${ask}<|im_end|>\n<|im_start|>assistant\n`,
    ),
    answer: text.encode(`${answer}<|im_end|>`),
  }));
  const read = chat ? [] : [{ ids: text.encode(`<|im_start|>user\n${material}`), parent: -1 }];
  const parent = read.length - 1;
  const segments = asked.map(({ ask, answer }) => ({
    ids: [...ask, ...answer.slice(0, -1)],
    parent,
  }));
  const reads = asked.flatMap(({ ask, answer }, i) =>
    answer.map((_, j) => ({ segment: read.length + i, offset: ask.length - 1 + j })),
  );
  const weights = reads.map((): number => (chat ? 0.2 : 1));
  return {
    segments: [...read, ...segments],
    reads,
    data: { targets: asked.flatMap(({ answer }) => answer), weights },
    weight: weights.reduce((a, b) => a + b),
    row: 0,
  };
}
