/** Rows that cannot be used: how many for which reason, and which rows these are. */
import type { Refused } from './preference-pair.ts';

export interface Refusals {
  add(row: number, refused: Refused): void;
  /** Reason to number of rows. */
  readonly counts: Record<string, number>;
  /** One a reason: `no label: 3 rows (4, 17, 20); row 4: nothing says which answer is better`. */
  sentences(): string[];
}

/** Row numbers that a sentence names. */
const named = 10;

export function refusals(): Refusals {
  const counts: Record<string, number> = {};
  const first = new Map<string, { rows: number[]; detail: string }>();
  return {
    counts,
    add: (row, { dropped, detail }) => {
      counts[dropped] = (counts[dropped] ?? 0) + 1;
      const known = first.get(dropped);
      if (!known) first.set(dropped, { rows: [row], detail });
      else if (known.rows.length < named) known.rows.push(row);
    },
    sentences: () =>
      [...first].map(
        ([reason, { rows, detail }]) =>
          `${reason}: ${rowsText(rows, counts[reason]!)}; row ${rows[0]!}: ${detail}`,
      ),
  };
}

/** `1 row`, `1,200 rows`. */
export function rowCount(count: number): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? 'row' : 'rows'}`;
}

/** `1 row (4)`, `12 rows (4, 17, …)`. */
export function rowsText(rows: readonly number[], count: number): string {
  const list = rows.length < count ? [...rows, '…'] : rows;
  return `${rowCount(count)} (${list.join(', ')})`;
}
