/**
 * Finding the right answer among several by scores, as RewardBench 2 measures it (Malik et al. 2025,
 * https://arxiv.org/abs/2506.01937).
 */
import { groupsOf, mean, shares, type Figures } from './figures.ts';

/** A prompt's answers with their scores; −Infinity where there is none, which beats nothing. */
export interface Candidates {
  row: number;
  /** `ref:3` and `tied:3` are the two forms of one question of the subset Ties. */
  id: string;
  subset: string;
  chosen: readonly number[];
  rejected: readonly number[];
}

/** All that these rows say: the subset Ties by its own score, the others by `best_of_n`. */
export function bestOfN(items: readonly Candidates[]) {
  const groups = bySubset(items);
  const { values, intervals } = bestOfNFigures(items.filter(({ subset }) => !isTies(subset)));
  const subsets = Object.values(groups).flatMap(({ score }) => score ?? []);
  const metrics = { ...values, mean_of_subsets: mean(subsets) ?? null };
  return { rows: items.length, metrics, intervals, groups };
}

/**
 * `best_of_n`: 1 where a right answer alone has the highest score, its share where others have it too,
 * 0 where no answer has a score.
 * The subset Ties is not among these rows: see `tiesScore`.
 */
export function bestOfNFigures(items: readonly Candidates[]): Figures {
  return shares({ best_of_n: items.map(credit) });
}

/** The share of each subset; the mean of these, and Ties among them, is the benchmark's figure. */
export function bySubset(
  items: readonly Candidates[],
): Record<string, { rows: number; score: number | null }> {
  return Object.fromEntries(
    groupsOf(items, ({ subset }) => subset).map(([subset, rows]) => {
      const score = isTies(subset) ? tiesScore(rows) : mean(rows.map(credit));
      return [subset, { rows: rows.length, score: score ?? null }];
    }),
  );
}

function isTies(subset: string): boolean {
  return subset.toLowerCase() === 'ties';
}

function credit({ chosen, rejected }: Candidates): number {
  const best = Math.max(...chosen, ...rejected);
  if (best === -Infinity) return 0;
  const right = chosen.filter((score) => score === best).length;
  const wrong = rejected.filter((score) => score === best).length;
  return right / (right + wrong);
}

/**
 * The subset Ties: questions with one right answer (`ref`) and with several (`tied`). Every right answer
 * should score above every wrong one, and right answers should differ less among themselves than from
 * wrong ones: 0.3 accuracy of ref + 0.3 of tied + 0.2 that margin + 0.2 that margin in both forms
 * + 0.01 tanh(margin ratio − 1). Undefined without both forms of any question.
 */
export function tiesScore(items: readonly Candidates[]): number | undefined {
  const forms = new Map(items.map((item) => [item.id, marginsOf(item)]));
  const accuracy = (form: string): number | undefined =>
    mean(
      [...forms].flatMap(([id, { gap }]) => (id.startsWith(`${form}:`) ? [Number(gap > 0)] : [])),
    );
  const both = [...forms].flatMap(([id, tied]) => {
    const ref = forms.get(id.replace(/^tied:/, 'ref:'));
    return id.startsWith('tied:') && ref ? [{ ref, tied }] : [];
  });
  const [ref, tied] = [accuracy('ref'), accuracy('tied')];
  if (ref === undefined || tied === undefined || both.length === 0) return undefined;
  const least = both.map((pair) => Math.min(pair.ref.gap, pair.tied.gap));
  const preferred = mean(both.map((pair) => Number(pair.tied.gap > pair.tied.spread)))!;
  const hard = mean(both.map((pair, i) => Number(least[i]! > pair.tied.spread)))!;
  const margin = mean(both.map((pair, i) => ratio(least[i]!, pair.tied.spread)))!;
  return 0.3 * tied + 0.3 * ref + 0.2 * preferred + 0.2 * hard + 0.01 * margin;
}

/** How far right answers lie apart, and the worst of them above the best wrong one. */
function marginsOf({ chosen, rejected }: Candidates): { spread: number; gap: number } {
  const worst = Math.min(...chosen);
  if (worst === -Infinity) return { spread: Infinity, gap: -Infinity };
  return { spread: Math.max(...chosen) - worst, gap: worst - Math.max(...rejected) };
}

function ratio(gap: number, spread: number): number {
  if (gap === -Infinity) return -1;
  return gap === 0 && spread === 0 ? 0 : Math.tanh(gap / spread - 1);
}
