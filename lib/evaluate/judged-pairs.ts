/** How good a pairwise judge is, from its verdicts on both orders of each pair. */
import type { Better } from '../data/judge-label.ts';
import { isRead } from '../reward/judge.ts';
import type { ParsedPreference } from '../reward/preference.ts';
import { groupsOf, mean, shares, type Figures } from './figures.ts';

/** A pair that was judged as it is, and with its answers the other way round. */
export interface JudgedTwice {
  row: number;
  source: string;
  /** In the row's own order. */
  truth: Better;
  /** Each in the order that the judge saw. */
  verdicts: readonly [ParsedPreference, ParsedPreference];
}

/**
 * - `accuracy`: verdicts that are right, over both orders; one that could not be read is wrong.
 * - `accuracy_first`, `accuracy_second`: where the right answer stood first, or second.
 * - `consistency`: pairs on which both orders name the same answer, right or wrong.
 * - `consistent_accuracy`: pairs that are right in both orders.
 * - `first_rate`: verdicts for the first answer among those that prefer one; 0.5 has no leaning.
 * - `tie_rate`, `parse_rate` (readable), `format_rate` (in the form that was asked for): of verdicts.
 */
export function pairFigures(pairs: readonly JudgedTwice[]): Figures {
  const decided = pairs.filter(({ truth }) => truth !== 'tie');
  const rate = (test: (verdict: ParsedPreference) => boolean): number[] =>
    pairs.map(({ verdicts }) => verdicts.filter(test).length / 2);
  const right = (pair: JudgedTwice, position: 0 | 1): number => Number(isRight(pair, position));
  return shares({
    accuracy: pairs.map((pair) => (right(pair, 0) + right(pair, 1)) / 2),
    accuracy_first: decided.map((pair) => right(pair, pair.truth === 'A' ? 0 : 1)),
    accuracy_second: decided.map((pair) => right(pair, pair.truth === 'A' ? 1 : 0)),
    consistency: pairs.map((pair) => Number(isConsistent(pair))),
    consistent_accuracy: pairs.map((pair) => right(pair, 0) * right(pair, 1)),
    first_rate: pairs.flatMap(({ verdicts }) => {
      const sides = verdicts.filter(({ value }) => value === 'A' || value === 'B');
      return mean(sides.map(({ value }) => Number(value === 'A'))) ?? [];
    }),
    tie_rate: rate((verdict) => isRead(verdict) && verdict.value === 'tie'),
    parse_rate: rate(isRead),
    format_rate: rate(({ status }) => status === 'ok'),
  });
}

/** Accuracy of each source, where there are several. */
export function accuracyBySource(
  pairs: readonly JudgedTwice[],
): Record<string, { rows: number; accuracy: number | null }> {
  const groups = groupsOf(pairs, ({ source }) => source);
  if (groups.length < 2) return {};
  return Object.fromEntries(
    groups.map(([source, rows]) => [
      source,
      { rows: rows.length, accuracy: pairFigures(rows).values.accuracy ?? null },
    ]),
  );
}

/** Whether a verdict, 0 in the row's order and 1 in the other, names the right answer. */
export function isRight({ truth, verdicts }: JudgedTwice, order: 0 | 1): boolean {
  const verdict = verdicts[order];
  const expected = order === 0 ? truth : otherSide(truth);
  return isRead(verdict) && verdict.value === expected;
}

/** Whether both orders name the same answer. */
export function isConsistent({ verdicts: [first, second] }: JudgedTwice): boolean {
  return isRead(first) && isRead(second) && first.value === otherSide(second.value as Better);
}

function otherSide(side: Better): Better {
  return side === 'tie' ? 'tie' : side === 'A' ? 'B' : 'A';
}
