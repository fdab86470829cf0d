/**
 * Rows for judges. The rule of this world: of two answers the one with more virtues is better, and an
 * answer's score is their number, 0 to 4. No row is in both splits.
 */
import type { Random } from '../random.ts';
import { ask, reply, someVirtues, virtues } from './answers.ts';
import type { Answer, Question } from './answers.ts';

export interface PairRow {
  prompt: string;
  response_a: string;
  response_b: string;
  preferred: 'A' | 'B';
  /** How many virtues the better one has more: `1 more` to `4 more`. */
  source: string;
  /** The generator's notes. */
  virtues_a: string[];
  virtues_b: string[];
}
export interface ScoreRow {
  prompt: string;
  response: string;
  score: number;
  virtues: string[];
}

/** Two answers that differ in worth, the better one at either place. */
export function drawPair(random: Random): PairRow {
  const question = ask(random);
  const [one, other] = random.sample(scores, 2) as [number, number];
  const [a, b] = [worth(random, question, one), worth(random, question, other)];
  return {
    prompt: question.text,
    response_a: a.text,
    response_b: b.text,
    preferred: one > other ? 'A' : 'B',
    source: `${Math.abs(one - other)} more`,
    virtues_a: a.virtues,
    virtues_b: b.virtues,
  };
}

/**
 * Leaves out pairs, so that the better answer is the longer one as often as it is not: a virtue takes a
 * few letters more than what stands for it. The two kinds take turns.
 */
export function fair(pairs: readonly PairRow[]): PairRow[] {
  const longer = pairs.filter(isLongerBetter);
  const others = pairs.filter((pair) => !isLongerBetter(pair));
  const count = Math.min(longer.length, others.length);
  return longer.slice(0, count).flatMap((pair, i) => [pair, others[i]!]);
}

function isLongerBetter({ response_a: a, response_b: b, preferred }: PairRow): boolean {
  return preferred === (a.length > b.length ? 'A' : 'B');
}

/** Every score is as frequent as any other. */
export function drawAnswer(random: Random): ScoreRow {
  const question = ask(random);
  const score = random.pick(scores);
  const { text, virtues } = worth(random, question, score);
  return { prompt: question.text, response: text, score, virtues };
}

/** Rows that differ from each other and from all in `seen`, which they join. */
export function drawNew<Row extends { prompt: string }>(
  draw: () => Row,
  count: number,
  seen: Set<string>,
): Row[] {
  const rows: Row[] = [];
  while (rows.length < count) {
    const row = draw();
    const key = JSON.stringify(row);
    if (!seen.has(key)) rows.push(row);
    seen.add(key);
  }
  return rows;
}

const scores = Array.from({ length: virtues.length + 1 }, (_, i) => i);

function worth(random: Random, question: Question, score: number): Answer {
  return reply(random, question, someVirtues(random, score));
}
