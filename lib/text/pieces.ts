/**
 * How a text comes apart. The ids of a piece of it (a word, in a byte-level BPE) do not depend on its
 * neighbours, so each is computed once by the library and then looked up.
 */
import { z } from 'zod';
import type { LibraryTokenizer } from './library.ts';

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

/** How a text comes apart: added tokens and what is between them, then pieces, then ids. */
export interface Pieces {
  sections: (text: string) => Section[];
  normalize: (section: string) => string;
  split: (normal: string) => string[];
  ids: (piece: string) => readonly number[];
  /** Bytes of a token's text. */
  bytesOf: (id: number) => number;
}

export interface Section {
  text: string;
  /** Of an added token. */
  id?: number;
}

/** Undefined where ids by pieces would not be the library's. */
export function piecesOf(
  library: LibraryTokenizer,
  definition: Record<string, unknown>,
): Pieces | undefined {
  const shape = bytePairs.safeParse(definition);
  const [split, bytes] = library.pre_tokenizer?.tokenizers ?? [];
  const pattern = split?.pattern;
  if (!shape.success || !pattern || !bytes) return undefined;
  const { model } = library;
  return {
    sections: addedTokens(shape.data.added_tokens),
    normalize: (section) => library.normalizer?.(section) ?? section,
    split(text) {
      const pieces = text.match(pattern) ?? [];
      const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
      return length === text.length ? pieces : split.pre_tokenize(text);
    },
    ids: remember((piece) =>
      model(bytes.pre_tokenize(piece)).map((token) => model.tokens_to_ids.get(token)!),
    ),
    // The byte-level alphabet has a character a byte.
    bytesOf: (id) => model.vocab[id]!.length,
  };
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
