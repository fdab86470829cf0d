/** A group as one example, or as several where that would be too many tokens for one run of the graph. */
import { groupExample } from './example.ts';
import type { Example } from '../recipe.ts';
import type { Group } from './rollout.ts';

/** Completions `from` up to `to` of a group. */
export interface Piece {
  group: number;
  from: number;
  to: number;
}

/** As many completions a piece as fit beside their prompt, one at least. */
export function piecesOf(groups: readonly Group[], mostTokens: number): Piece[] {
  return groups.flatMap(({ asked, completions }, group) => {
    const pieces: Piece[] = [];
    let tokens = 0;
    completions.forEach(({ ids }, place) => {
      tokens += ids.length;
      if (pieces.length === 0 || tokens > mostTokens) {
        pieces.push({ group, from: place, to: place });
        tokens = asked.ids.length + ids.length;
      }
      pieces.at(-1)!.to = place + 1;
    });
    return pieces;
  });
}

/** The example of each piece, with `data.targets` alone. */
export function examplesOf(groups: readonly Group[], pieces: readonly Piece[]): Example[] {
  return pieces.map(({ group, from, to }) => {
    const { asked, completions } = groups[group]!;
    const ids = completions.slice(from, to).map((completion) => completion.ids);
    return groupExample(asked.ids, ids, asked.row);
  });
}

/** What was computed of each piece's tokens, as [group][completion][token]. */
export function byCompletion(
  groups: readonly Group[],
  pieces: readonly Piece[],
  values: readonly Float32Array[],
): Float32Array[][] {
  const found = groups.map((): Float32Array[] => []);
  pieces.forEach(({ group, from, to }, p) => {
    let at = 0;
    for (const { ids } of groups[group]!.completions.slice(from, to))
      found[group]!.push(values[p]!.subarray(at, (at += ids.length)));
  });
  return found;
}
