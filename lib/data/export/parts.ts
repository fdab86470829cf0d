/** Which rows go to which part, and in which order: by the shares that were asked for, or as the data came. */
import { shuffled } from '../order.ts';
import { rowCount } from '../refusals.ts';
import type { Gathered } from './gather.ts';
import { splitGroups, type Shares } from './split.ts';

/** Numbers of rows, in the order in which they are written. */
export interface Part {
  /** Nothing where there is one part. */
  name: string | undefined;
  rows: readonly number[];
}

/** The parts of a seeded split, each in a seeded order; without shares the official ones, as they came. */
export function partsOf(
  gathered: readonly Gathered[],
  shares: Shares | undefined,
  seed: number,
): { parts: Part[]; notes: string[] } {
  const official = byName(gathered.map(({ official }) => official));
  if (!shares) {
    const parts = [...official].map(([name, rows]) => ({ name, rows }));
    return { parts, notes: overlap(gathered, parts) };
  }
  const groups = gathered.reduce((most, { group }) => Math.max(most, group + 1), 0);
  const sizes = new Uint32Array(groups);
  for (const { group } of gathered) sizes[group]!++;
  const chosen = splitGroups(sizes, shares, seed);
  const split = byName(gathered.map(({ group }) => chosen[group]));
  const parts = Object.keys(shares).map((name, i) => {
    const rows = split.get(name)!;
    return { name, rows: Array.from(shuffled(rows.length, seed, i + 1), (at) => rows[at]!) };
  });
  return { parts, notes: mixed(official) };
}

function byName(names: readonly (string | undefined)[]): Map<string | undefined, number[]> {
  const found = new Map<string | undefined, number[]>();
  for (const [row, name] of names.entries()) {
    const rows = found.get(name);
    if (rows) rows.push(row);
    else found.set(name, [row]);
  }
  return found;
}

/** What to know of data that come in splits of their own, where another one is made of them. */
function mixed(official: ReadonlyMap<string | undefined, readonly number[]>): string[] {
  if (official.size < 2) return [];
  const named = [...official].map(
    ([name, rows]) => `${name ?? 'without a name'} (${rowCount(rows.length)})`,
  );
  return [
    `the data come in splits of their own, which the new split mixes: ${named.join(', ')}; without it each becomes a file of its own`,
  ];
}

/** Prompts that official splits share. */
function overlap(gathered: readonly Gathered[], parts: readonly Part[]): string[] {
  const first = new Map<number, string | undefined>();
  const shared = new Set<number>();
  for (const { name, rows } of parts)
    for (const row of rows) {
      const { group } = gathered[row]!;
      if (!first.has(group)) first.set(group, name);
      else if (first.get(group) !== name) shared.add(group);
    }
  if (shared.size === 0) return [];
  const names = parts.map(({ name }) => name ?? 'the rest').join(', ');
  const count = shared.size.toLocaleString('en-US');
  return [
    `${count} ${shared.size === 1 ? 'prompt is' : 'prompts are'} in more than one of the data's own splits (${names})`,
  ];
}
