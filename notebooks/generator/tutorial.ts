/**
 * Everything that the tutorial is made of, from one seed: preference pairs, the lessons that the small
 * model is taught before it becomes a reward model, and its tokenizer.
 */
import { preferences } from './preferences.ts';
import type { Preference, Splits } from './preferences.ts';
import { seeded } from './random.ts';
import { learn } from './tokenizer.ts';
import type { Bpe } from './tokenizer.ts';
import { askNew, elsewhere } from './topics.ts';

/** A question, an answer, and what the person who asked says to it. */
export interface Lesson {
  question: string;
  answer: string;
  mark: 'Right.' | 'Wrong.';
}

export interface Tutorial extends Splits {
  /** Endless. They ask nothing that the splits ask. */
  lessons(): Generator<Lesson, never>;
  tokenizer: Bpe;
}

const sizes = { train: 6000, validation: 1000, flipped: 480 };
/** More than the tokenizer finds anything to merge for. */
const largestVocabulary = 1024;
const lessonsForTokenizer = 20_000;

export function makeTutorial(seed: number): Tutorial {
  const asked = new Set<string>();
  const splits = preferences(seeded(seed), sizes, asked);
  const lessons = () => teach(seed + 1, asked);
  const read = lessons().take(lessonsForTokenizer);
  const texts = [...read].flatMap(({ question, answer, mark }) => [question, answer, mark]);
  const tokenizer = learn([...texts, ...splits.train.flatMap(evasions)], largestVocabulary);
  return { ...splits, lessons, tokenizer };
}

function* teach(seed: number, asked: ReadonlySet<string>): Generator<Lesson, never> {
  const random = seeded(seed);
  for (;;) {
    const { topic, text, right, wrong } = askNew(random, asked);
    const mark = random.chance(0.5) ? 'Right.' : 'Wrong.';
    const bad = random.chance(0.7) ? wrong : elsewhere(random, topic);
    yield { question: text, answer: mark === 'Right.' ? right : bad, mark };
  }
}

/** Answers of a kind that lessons do not have. */
function evasions({ chosen, rejected, ...kinds }: Preference): string[] {
  return [
    ...(kinds.chosen_kind === 'evasive' ? [chosen] : []),
    ...(kinds.rejected_kind === 'evasive' ? [rejected] : []),
  ];
}
