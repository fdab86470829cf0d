/**
 * Teaches the small model of `bradley-terry.ipynb` to answer: next-token loss on the answers of lessons,
 * which ask nothing that the preference pairs ask. Takes minutes, once.
 */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Example } from '../lib/recipe/recipe.ts';
import { loadEncoder } from '../lib/text/encoder.ts';
import type { TextEncoder } from '../lib/text/encoder.ts';
import { seed } from './generate.ts';
import { teach } from './generator/teach.ts';
import { makeTutorial } from './generator/tutorial.ts';
import type { Lesson } from './generator/tutorial.ts';

const lessonsPerStep = 64;
/** The mark is one token, and says the most. */
const markWeight = 2;

await pretrain(process.argv[2] ?? join(import.meta.dirname, 'model'));

async function pretrain(folder: string): Promise<void> {
  const text = await loadEncoder(folder);
  const lessons = makeTutorial(seed).lessons();
  const draw = () =>
    Array.from({ length: lessonsPerStep }, () => example(lessons.next().value, text));
  const threads = Number(process.argv[3] ?? availableParallelism());
  await teach(folder, draw, { steps: 3000, peak: 2e-3, microBatchTokens: 512, seed, threads });
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
