/**
 * How a text comes apart. The ids of a piece of it (a word, in a byte-level BPE) do not depend on its
 * neighbours, so each is computed once by the library and then looked up.
 */
import { z } from 'zod';
import type { LibraryTokenizer, PreTokenizer } from './library.ts';
import { sectionsAt, type Section } from './sections.ts';

/** Pieces remembered before the memory starts afresh: some 30 MB. */
const capacity = 200_000;

const split = z.object({
  type: z.literal('Split'),
  behavior: z.literal('Isolated'),
  invert: z.literal(false),
});
const bytes = z.object({
  type: z.literal('ByteLevel'),
  add_prefix_space: z.literal(false),
  use_regex: z.literal(false),
});

/** The shape for which looking pieces up is exact: splits, then bytes, as GPT-2's and its successors. */
const bytePairs = z.object({
  model: z.object({ type: z.literal('BPE'), fuse_unk: z.literal(false).nullish() }),
  pre_tokenizer: z.object({
    type: z.literal('Sequence'),
    pretokenizers: z
      .array(z.union([split, bytes]))
      .refine((parts) => parts.every(({ type }, i) => (type === 'Split') === i < parts.length - 1)),
  }),
  added_tokens: z.array(
    z.object({
      id: z.int(),
      content: z.string().min(1),
      lstrip: z.boolean(),
      rstrip: z.boolean(),
      normalized: z.literal(false),
    }),
  ),
});

/** How a text comes apart: added tokens and what is between them, then pieces, then ids. */
export interface Pieces {
  sections: (text: string) => Section[];
  /** `first`: the section is the text's beginning. */
  normalize: (section: string, first: boolean) => string;
  split: (normal: string) => string[];
  ids: (piece: string) => readonly number[];
  /** Bytes of a token's text. */
  bytesOf: (id: number) => number;
}

/** Undefined where ids by pieces would not be the library's. */
export function piecesOf(
  library: LibraryTokenizer,
  definition: Record<string, unknown>,
): Pieces | undefined {
  const { data } = bytePairs.safeParse(definition);
  const parts = (library.pre_tokenizer?.tokenizers ?? []).filter((part) => part !== null);
  const toBytes = parts.at(-1);
  if (!data || !toBytes || parts.length !== data.pre_tokenizer.pretokenizers.length)
    return undefined;
  const { model } = library;
  const splits = parts.slice(0, -1).map(splitting);
  return {
    sections: sectionsAt(data.added_tokens),
    normalize: (section) => library.normalizer?.(section) ?? section,
    split: (text) => splits.reduce((pieces, cut) => pieces.flatMap(cut), [text]),
    ids: remember((piece) =>
      model(toBytes.pre_tokenize(piece)).map((token) => model.tokens_to_ids.get(token)!),
    ),
    // The byte-level alphabet has a character a byte.
    bytesOf: (id) => model.vocab[id]!.length,
  };
}

/** Matches, where they are all of the text. */
function splitting(part: PreTokenizer): (text: string) => string[] {
  const { pattern } = part;
  if (!pattern) return (text) => part.pre_tokenize(text);
  return (text) => {
    const pieces = text.match(pattern) ?? [];
    const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
    return length === text.length ? pieces : part.pre_tokenize(text);
  };
}

export function remember(
  encode: (piece: string) => number[],
): (piece: string) => readonly number[] {
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
