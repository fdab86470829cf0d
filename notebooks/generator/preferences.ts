/**
 * Makes preference pairs. A right answer is better than an evasive one, and an evasive one better than
 * a wrong one or one that is off the topic. Some training labels are flipped on purpose; no question
 * is in both splits.
 */
import { evade } from './evasions.ts';
import type { Random } from './random.ts';
import { askNew, elsewhere } from './topics.ts';
import type { Question } from './topics.ts';

export type Kind = 'right' | 'evasive' | 'wrong' | 'off-topic';

export interface Preference {
  /** What was asked, as a conversation of one turn. */
  prompt: { role: 'user'; content: string }[];
  chosen: string;
  rejected: string;
  topic: string;
  chosen_kind: Kind;
  rejected_kind: Kind;
  /** The better answer stands under `rejected`. */
  flipped: boolean;
}

export interface Sizes {
  train: number;
  validation: number;
  /** Training pairs whose two answers are swapped. */
  flipped: number;
}

export interface Splits {
  train: Preference[];
  validation: Preference[];
}

/** Draws both splits; no question is asked twice. The keys of all questions are left in `asked`. */
export function preferences(random: Random, sizes: Sizes, asked: Set<string>): Splits {
  const draw = (count: number) =>
    Array.from({ length: count }, () => {
      const question = askNew(random, asked);
      asked.add(question.key);
      return compare(random, question);
    });
  const [validation, train] = [draw(sizes.validation), draw(sizes.train)];
  const swapped = new Set(random.sample([...train.keys()], sizes.flipped));
  return { train: train.map((pair, row) => (swapped.has(row) ? flip(pair) : pair)), validation };
}

function compare(random: Random, question: Question): Preference {
  const [better, worse] = drawKinds(random);
  const answers: Record<Kind, () => string> = {
    right: () => question.right,
    evasive: () => evade(random),
    wrong: () => question.wrong,
    'off-topic': () => elsewhere(random, question.topic),
  };
  return {
    prompt: [{ role: 'user', content: question.text }],
    chosen: answers[better](),
    rejected: answers[worse](),
    topic: question.topic,
    chosen_kind: better,
    rejected_kind: worse,
    flipped: false,
  };
}

/** Better kind, worse kind, and how many of a hundred pairs compare them. */
const comparisons: readonly [Kind, Kind, number][] = [
  ['right', 'wrong', 45],
  ['right', 'off-topic', 35],
  ['right', 'evasive', 20],
];

function drawKinds(random: Random): [Kind, Kind] {
  let left = random.integer(1, 100);
  const drawn = comparisons.find(([, , share]) => (left -= share) <= 0)!;
  return [drawn[0], drawn[1]];
}

function flip(pair: Preference): Preference {
  return {
    ...pair,
    chosen: pair.rejected,
    rejected: pair.chosen,
    chosen_kind: pair.rejected_kind,
    rejected_kind: pair.chosen_kind,
    flipped: true,
  };
}
