/**
 * Which part of a split each group goes to. Groups are never divided, so that a part's size is its share of
 * all rows give or take one group.
 */
import { UserError } from '../../errors.ts';
import { shuffled } from '../order.ts';

/** Names of parts and their shares of 1: `{ train: 0.8, test: 0.2 }`. */
export type Shares = Readonly<Record<string, number>>;

/**
 * The part of each group, by the group's number; `sizes` are rows a group. Groups come in a seeded order, each
 * to the part that lacks most rows: what a part has too much or too little is then less than the largest group.
 * Refuses a part that would be empty.
 */
export function splitGroups(sizes: ArrayLike<number>, shares: Shares, seed: number): string[] {
  const total = Array.from(sizes).reduce((sum, size) => sum + size, 0);
  const parts = Object.entries(shares).map(([name, share]) => ({ name, lack: share * total }));
  const chosen = new Array<string>(sizes.length);
  for (const group of shuffled(sizes.length, seed, 0)) {
    const part = parts.reduce((most, each) => (each.lack > most.lack ? each : most));
    part.lack -= sizes[group]!;
    chosen[group] = part.name;
  }
  const used = new Set(chosen);
  const empty = Object.keys(shares).filter((name) => !used.has(name));
  if (empty.length === 0) return chosen;
  const [rows, groups] = [total, sizes.length].map((count) => count.toLocaleString('en-US'));
  throw new UserError(
    `no row would be in part ${empty.map((name) => `'${name}' (${shares[name]})`).join(', ')}: there are ${rows} rows of ${groups} different prompts, and a prompt is never in two parts`,
    'give it a larger share, or export more rows',
  );
}

/** What is wrong with shares, for a sentence that begins with `expected`; nothing where all is well. */
export function shareProblem(shares: Shares): string | undefined {
  const entries = Object.entries(shares);
  const wrong = entries.filter(([, share]) => !(share > 0 && share <= 1));
  const bad = entries.filter(([name]) => !/^[\w][\w.-]*$/.test(name));
  if (entries.length === 0) return 'at least one part';
  if (bad.length > 0) return 'names of letters, digits, - and _';
  if (wrong.length > 0) return 'shares above 0 and of at most 1';
  const sum = entries.reduce((all, [, share]) => all + share, 0);
  if (Math.abs(sum - 1) < 1e-6) return undefined;
  return `shares that sum to 1 (these sum to ${Number(sum.toFixed(6))})`;
}

/** Reads `train=0.8,test=0.2`; undefined where it is not written so. */
export function readShares(text: string): Record<string, number> | undefined {
  const shares: Record<string, number> = {};
  for (const part of text.split(',')) {
    const [, name = '', share = ''] = /^\s*([^=\s]+)=(\d*\.?\d+)\s*$/.exec(part) ?? [];
    if (name === '' || Object.hasOwn(shares, name)) return undefined;
    shares[name] = Number(share);
  }
  return shares;
}
