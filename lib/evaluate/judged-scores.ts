/** How good a pointwise judge is, from its scores. */
import { isRead } from '../reward/judge.ts';
import type { ParsedScore, Range } from '../reward/score.ts';
import { mean, shares, type Figures } from './figures.ts';
import { bootstrap } from './interval.ts';
import { correlations } from './rank-correlation.ts';

export interface JudgedScore {
  row: number;
  source: string;
  truth: number;
  verdict: ParsedScore;
}

/**
 * - `accuracy`, `within_one`: scores that are right, or one off; one that could not be read is neither.
 * - `mae`: mean distance, `spearman`, `kendall`: agreement in order, over the scores that could be read,
 *   with seeded bootstrap intervals.
 * - `parse_rate` (readable), `format_rate` (in the form that was asked for).
 */
export function scoreFigures(scores: readonly JudgedScore[]): Figures {
  const near = (most: number): number[] =>
    scores.map((score) => {
      const distance = distanceOf(score);
      return Number(distance !== undefined && distance <= most);
    });
  const figures = shares({
    accuracy: near(0),
    within_one: near(1),
    parse_rate: scores.map(({ verdict }) => Number(isRead(verdict))),
    format_rate: scores.map(({ verdict }) => Number(verdict.status === 'ok')),
  });
  const read = scores.filter(({ verdict }) => isRead(verdict));
  const pairs = read.map(({ truth, verdict }) => [truth, Number(verdict.value)] as const);
  const statistics: Record<
    string,
    (rows: readonly (readonly [number, number])[]) => number | undefined
  > = {
    mae: (rows) => mean(rows.map(([truth, value]) => Math.abs(truth - value))),
    spearman: (rows) => correlations(rows)?.spearman,
    kendall: (rows) => correlations(rows)?.kendall,
  };
  for (const [name, statistic] of Object.entries(statistics)) {
    figures.values[name] = statistic(pairs) ?? null;
    const interval =
      pairs.length > 1
        ? bootstrap(pairs.length, (rows) => statistic(Array.from(rows, (row) => pairs[row]!)))
        : undefined;
    if (interval) figures.intervals[name] = interval;
  }
  return figures;
}

export interface Confusion {
  /** The scores there are; a truth or a score between two of them counts to the nearer one. */
  labels: number[];
  /** Row: truth, column: what the judge said; the last column counts what could not be read. */
  counts: number[][];
}

/** Most scores of a scale that a table is made of. */
const mostLabels = 101;

/** Undefined of a scale with too many scores to look at. */
export function confusion(
  scores: readonly JudgedScore[],
  { min, max }: Range,
): Confusion | undefined {
  if (max - min >= mostLabels) return undefined;
  const labels = Array.from({ length: max - min + 1 }, (_, i) => min + i);
  const counts = labels.map(() => Array<number>(labels.length + 1).fill(0));
  for (const { truth, verdict } of scores) {
    const column = isRead(verdict) ? Math.round(Number(verdict.value)) - min : labels.length;
    counts[Math.round(truth) - min]![column]!++;
  }
  return { labels, counts };
}

function distanceOf({ truth, verdict }: JudgedScore): number | undefined {
  return isRead(verdict) ? Math.abs(Number(verdict.value) - truth) : undefined;
}
