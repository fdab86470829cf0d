/** What a measurement says: figures by name, and how far each may be trusted. */
import { wilson, type Interval } from './interval.ts';

export interface Figures {
  /** Null where there is nothing to make the figure of. */
  values: Record<string, number | null>;
  /** 95 % intervals of those that have one. */
  intervals: Record<string, Interval>;
}

/** Shares of rows with Wilson's intervals. A row's share may be a part, from 0 to 1. */
export function shares(columns: Record<string, readonly number[]>): Figures {
  const figures: Figures = { values: {}, intervals: {} };
  for (const [name, rows] of Object.entries(columns)) {
    const share = mean(rows);
    figures.values[name] = share ?? null;
    if (share !== undefined) figures.intervals[name] = wilson(share, rows.length);
  }
  return figures;
}

/** Undefined of no numbers. */
export function mean(numbers: readonly number[]): number | undefined {
  return numbers.length === 0
    ? undefined
    : numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}

/** Items by the text that a function gives each, in the order of first appearance. */
export function groupsOf<T>(items: readonly T[], name: (item: T) => string): [string, T[]][] {
  return [...Map.groupBy(items, name)];
}
