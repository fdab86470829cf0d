/** Parts of a text by their offsets, and which tokens of the text lie in them. */

/** From an offset (UTF-16) up to another. */
export type Span = readonly [from: number, to: number];

/** Token ids, and of each whether all of it lies in a span. */
export interface Marked {
  ids: number[];
  inside: boolean[];
}

export function covers(spans: readonly Span[], [from, to]: Span): boolean {
  return spans.some(([begin, end]) => from >= begin && to <= end);
}

/** For tokenizers whose tokens have no known offsets: what lies between two edges is encoded apart. */
export function encodeApart(
  encode: (text: string) => number[],
  text: string,
  spans: readonly Span[],
): Marked {
  const edges = [...new Set([0, ...spans.flat(), text.length])].sort((a, b) => a - b);
  const marked: Marked = { ids: [], inside: [] };
  edges.slice(1).forEach((to, i) => {
    const from = edges[i]!;
    const ids = encode(text.slice(from, to));
    const covered = covers(spans, [from, to]);
    marked.ids.push(...ids);
    marked.inside.push(...ids.map(() => covered));
  });
  return marked;
}
