/**
 * Encoding with a memory: the ids of a piece of text (a word, in a byte-level BPE) do not depend on its
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

/** An encoder equal to the library's without special tokens added, or undefined where it would not be. */
export function fastEncode(
  library: LibraryTokenizer,
  definition: Record<string, unknown>,
): ((text: string) => number[]) | undefined {
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
  return (text) => {
    const ids: number[] = [];
    for (const section of sections(text)) {
      if (typeof section === 'number') ids.push(section);
      else
        for (const piece of piecesOf(library.normalizer?.(section) ?? section))
          for (const id of lookUp(piece)) ids.push(id);
    }
    return ids;
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

/** Cuts a text at the added tokens written in it: their ids, and the texts between. */
function addedTokens(
  tokens: readonly { id: number; content: string }[],
): (text: string) => (string | number)[] {
  if (tokens.length === 0) return (text) => (text === '' ? [] : [text]);
  const ids = new Map(tokens.map(({ id, content }) => [content, id]));
  const longestFirst = [...ids.keys()].sort((a, b) => b.length - a.length);
  const pattern = new RegExp(`(${longestFirst.map(escape).join('|')})`);
  return (text) =>
    text
      .split(pattern)
      .filter((section) => section !== '')
      .map((section) => ids.get(section) ?? section);
}

function escape(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
