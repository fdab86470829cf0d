/** Which tokens of a text lie in spans of it, for tokenizers whose tokens are runs of bytes. */
import type { Pieces } from './pieces.ts';
import { covers, type Marked, type Span } from './spans.ts';

export function markPieces(pieces: Pieces, text: string, spans: readonly Span[]): Marked {
  const marked: Marked = { ids: [], inside: [] };
  let at = 0;
  for (const { text: section, id } of pieces.sections(text)) {
    const local = moved(spans, (edge) => edge - at);
    if (id !== undefined) add(marked, [id], covers(local, ownSpan(section)));
    else markSection(pieces, section, at === 0, { spans: local, onto: marked });
    at += section.length;
  }
  return marked;
}

/** White space that an added token took along is not its own. */
function ownSpan(section: string): Span {
  return [section.length - section.trimStart().length, section.trimEnd().length];
}

interface Marking {
  spans: readonly Span[];
  onto: Marked;
}

function markSection(
  pieces: Pieces,
  section: string,
  first: boolean,
  { spans, onto }: Marking,
): void {
  const text = pieces.normalize(section, first);
  // Normalising may change lengths: an edge moves with the text before it.
  const normal = (edge: number): number =>
    edge > 0 ? pieces.normalize(section.slice(0, edge), first).length : edge;
  const own = text === section ? spans : moved(spans, normal);
  let at = 0;
  for (const piece of pieces.split(text)) {
    const end = at + piece.length;
    const ids = pieces.ids(piece);
    const cut = own.some((span) => span.some((edge) => edge > at && edge < end));
    if (!cut) add(onto, ids, covers(own, [at, end]));
    else markBytes(pieces, piece, { spans: moved(own, (edge) => edge - at), onto });
    at = end;
  }
}

/** A piece that an edge cuts: a token that has a part on either side is outside. */
function markBytes({ ids, bytesOf }: Pieces, piece: string, { spans, onto }: Marking): void {
  const own = moved(spans, (edge) => {
    if (edge > piece.length) return Infinity;
    return edge < 0 ? edge : Buffer.byteLength(piece.slice(0, edge));
  });
  let at = 0;
  for (const id of ids(piece)) {
    const end = at + bytesOf(id);
    add(onto, [id], covers(own, [at, end]));
    at = end;
  }
}

function moved(spans: readonly Span[], move: (edge: number) => number): Span[] {
  return spans.map(([from, to]) => [move(from), move(to)]);
}

function add({ ids, inside }: Marked, more: readonly number[], covered: boolean): void {
  for (const id of more) {
    ids.push(id);
    inside.push(covered);
  }
}
