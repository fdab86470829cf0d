/** The completions of one prompt as an example: the prompt's tokens are computed once. */
import type { Example } from '../recipe.ts';

/**
 * Reads what the model expects at each token of each completion, completion after completion. A last
 * token is only expected, so it is no part of a segment. `data.targets` are the tokens.
 */
export function groupExample(
  prompt: readonly number[],
  completions: readonly (readonly number[])[],
  row: number,
): Example {
  const targets = completions.flat();
  const before = { segment: 0, offset: prompt.length - 1 };
  return {
    segments: [
      { ids: prompt, parent: -1 },
      ...completions.map((ids) => ({ ids: ids.slice(0, -1), parent: 0 })),
    ],
    reads: completions.flatMap((ids, c) =>
      ids.map((_, k) => (k === 0 ? before : { segment: c + 1, offset: k - 1 })),
    ),
    data: { targets },
    weight: targets.length,
    row,
  };
}
