/**
 * Encoding with a memory: the ids of a piece of text (a word, in a byte-level BPE) do not depend on its
 * neighbours, so each is computed once by the library and then looked up.
 */
import { z } from 'zod';
import type { LibraryTokenizer } from './library.ts';
import { covers, type Marked, type Span } from './spans.ts';

/** Pieces remembered before the memory starts afresh: some 30 MB. */
const capacity = 200_000;

/** The shape for which looking pieces up is exact: that of GPT-4, Qwen2, Qwen3, Llama 3. */
const bytePairs = z.object({
  model: z.object({ type: z.literal('BPE'), fuse_unk: z.literal(false).nullish() }),
  pre_tokenizer: z.object({
    type: z.literal('Sequence'),
    pretokenizers: z.tuple([
      z.object({
        type: z.literal('Split'),
        behavior: z.literal('Isolated'),
        invert: z.literal(false),
      }),
      z.object({
        type: z.literal('ByteLevel'),
        add_prefix_space: z.literal(false),
        use_regex: z.literal(false),
      }),
    ]),
  }),
  added_tokens: z.array(
    z.object({
      id: z.int(),
      content: z.string().min(1),
      lstrip: z.literal(false),
      rstrip: z.literal(false),
      normalized: z.literal(false),
    }),
  ),
});

export interface FastEncoder {
  encode(text: string): number[];
  /** Ids, and of each whether all of it lies in one of the spans. */
  encodeMarked(text: string, spans: readonly Span[]): Marked;
}

/** An encoder equal to the library's without special tokens added, or undefined where it would not be. */
export function fastEncoder(
  library: LibraryTokenizer,
  definition: Record<string, unknown>,
): FastEncoder | undefined {
  const shape = bytePairs.safeParse(definition);
  const [split, bytes] = library.pre_tokenizer?.tokenizers ?? [];
  const pattern = split?.pattern;
  if (!shape.success || !pattern || !bytes) return undefined;
  const encodePiece = (piece: string): number[] =>
    library
      .model(bytes.pre_tokenize(piece))
      .map((token) => library.model.tokens_to_ids.get(token)!);
  const piecesOf = (text: string): string[] => {
    const pieces = text.match(pattern) ?? [];
    const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
    return length === text.length ? pieces : split.pre_tokenize(text);
  };
  const lookUp = remember(encodePiece);
  const sections = addedTokens(shape.data.added_tokens);
  const normal = (text: string): string => library.normalizer?.(text) ?? text;
  return {
    encode(text) {
      const ids: number[] = [];
      for (const { text: section, id } of sections(text)) {
        if (id !== undefined) ids.push(id);
        else
          for (const piece of piecesOf(normal(section)))
            for (const id of lookUp(piece)) ids.push(id);
      }
      return ids;
    },
    encodeMarked(text, spans) {
      const marked: Marked = { ids: [], inside: [] };
      let at = 0;
      for (const { text: section, id } of sections(text)) {
        const local = spans.map(([from, to]): Span => [from - at, to - at]);
        if (id !== undefined) add(marked, [id], covers(local, [0, section.length]));
        else markSection(section, local, marked);
        at += section.length;
      }
      return marked;
    },
  };

  function markSection(section: string, spans: readonly Span[], onto: Marked): void {
    const text = normal(section);
    // Normalising may change lengths: an edge moves with the text before it.
    const place = (edge: number): number =>
      text === section || edge <= 0 ? edge : normal(section.slice(0, edge)).length;
    const moved = spans.map(([from, to]): Span => [place(from), place(to)]);
    let at = 0;
    for (const piece of piecesOf(text)) {
      const end = at + piece.length;
      const ids = lookUp(piece);
      const cut = moved.some((span) => span.some((edge) => edge > at && edge < end));
      if (!cut) add(onto, ids, covers(moved, [at, end]));
      else markPiece(piece, ids, { spans: moved, at, onto });
      at = end;
    }
  }

  /** A piece that an edge cuts: byte by byte, since a token is a run of bytes. */
  function markPiece(
    piece: string,
    ids: readonly number[],
    { spans, at, onto }: { spans: readonly Span[]; at: number; onto: Marked },
  ): void {
    const toBytes = (edge: number): number =>
      Buffer.byteLength(piece.slice(0, Math.max(0, edge - at))) + (edge < at ? edge - at : 0);
    const inBytes = spans.map(([from, to]): Span => [
      toBytes(from),
      to > at + piece.length ? Infinity : toBytes(to),
    ]);
    let byte = 0;
    for (const id of ids) {
      // The byte-level alphabet has a character a byte.
      const end = byte + library.model.vocab[id]!.length;
      add(onto, [id], covers(inBytes, [byte, end]));
      byte = end;
    }
  }
}

function add({ ids, inside }: Marked, more: readonly number[], covered: boolean): void {
  for (const id of more) {
    ids.push(id);
    inside.push(covered);
  }
}

function remember(encode: (piece: string) => number[]): (piece: string) => readonly number[] {
  const memory = new Map<string, readonly number[]>();
  return (piece) => {
    let ids = memory.get(piece);
    if (!ids) {
      ids = encode(piece);
      if (memory.size >= capacity) memory.clear();
      // A slice of a long text would keep the whole text alive.
      if (piece.length < 64) memory.set(Buffer.from(piece, 'utf16le').toString('utf16le'), ids);
    }
    return ids;
  };
}

interface Section {
  text: string;
  /** Of an added token. */
  id?: number;
}

/** Cuts a text at the added tokens written in it. */
function addedTokens(
  tokens: readonly { id: number; content: string }[],
): (text: string) => Section[] {
  if (tokens.length === 0) return (text) => (text === '' ? [] : [{ text }]);
  const ids = new Map(tokens.map(({ id, content }) => [content, id]));
  const longestFirst = [...ids.keys()].sort((a, b) => b.length - a.length);
  const pattern = new RegExp(`(${longestFirst.map(escape).join('|')})`);
  return (text) =>
    text
      .split(pattern)
      .filter((section) => section !== '')
      .map((section) => {
        const id = ids.get(section);
        return id === undefined ? { text: section } : { text: section, id };
      });
}

function escape(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
