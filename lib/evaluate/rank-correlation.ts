/**
 * Whether two scores order things alike: Spearman's rho over average ranks and Kendall's tau-b, both
 * with ties. Works on counts of equal pairs, since judges' scores are few.
 */

export interface Correlations {
  spearman: number;
  kendall: number;
}

/** Undefined where one of the two never changes, and there is no order. */
export function correlations(pairs: Iterable<readonly [number, number]>): Correlations | undefined {
  const cells = counted(pairs);
  const [x, y] = [marginal(cells, 'x'), marginal(cells, 'y')];
  if (x.size < 2 || y.size < 2) return undefined;
  return { spearman: pearsonOfRanks(cells, ranks(x), ranks(y)), kendall: tauB(cells, x, y) };
}

interface Cell {
  x: number;
  y: number;
  count: number;
}

function counted(pairs: Iterable<readonly [number, number]>): Cell[] {
  const cells = new Map<string, Cell>();
  for (const [x, y] of pairs) {
    const key = `${x} ${y}`;
    const cell = cells.get(key);
    if (cell) cell.count++;
    else cells.set(key, { x, y, count: 1 });
  }
  return [...cells.values()];
}

function marginal(cells: readonly Cell[], axis: 'x' | 'y'): Map<number, number> {
  const sums = new Map<number, number>();
  for (const cell of cells) sums.set(cell[axis], (sums.get(cell[axis]) ?? 0) + cell.count);
  return sums;
}

/** Value to the mean of the ranks that its copies take. */
function ranks(counts: ReadonlyMap<number, number>): Map<number, number> {
  let before = 0;
  const sorted = [...counts].sort(([a], [b]) => a - b);
  return new Map(
    sorted.map(([value, count]) => {
      const rank = before + (count + 1) / 2;
      before += count;
      return [value, rank];
    }),
  );
}

function pearsonOfRanks(
  cells: readonly Cell[],
  rankX: ReadonlyMap<number, number>,
  rankY: ReadonlyMap<number, number>,
): number {
  const n = cells.reduce((sum, { count }) => sum + count, 0);
  const mean = (n + 1) / 2;
  let [xy, xx, yy] = [0, 0, 0];
  for (const { x, y, count } of cells) {
    const [dx, dy] = [rankX.get(x)! - mean, rankY.get(y)! - mean];
    xy += count * dx * dy;
    xx += count * dx * dx;
    yy += count * dy * dy;
  }
  return xy / Math.sqrt(xx * yy);
}

/** (concordant − discordant) / √((pairs − ties in x)(pairs − ties in y)), Kendall 1945. */
function tauB(
  cells: readonly Cell[],
  x: ReadonlyMap<number, number>,
  y: ReadonlyMap<number, number>,
): number {
  let balance = 0;
  for (const [i, a] of cells.entries())
    for (const b of cells.slice(i + 1))
      balance += a.count * b.count * Math.sign((a.x - b.x) * (a.y - b.y));
  const pairsOf = (counts: Iterable<number>): number =>
    [...counts].reduce((sum, count) => sum + (count * (count - 1)) / 2, 0);
  const all = pairsOf([cells.reduce((sum, { count }) => sum + count, 0)]);
  return balance / Math.sqrt((all - pairsOf(x.values())) * (all - pairsOf(y.values())));
}
