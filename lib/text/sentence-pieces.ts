/**
 * How a text comes apart for tokenizers made by SentencePiece, in which a space is written ▁ and letters that
 * the vocabulary lacks are written as their bytes: Llama 2, Mistral, Gemma, Phi-3.
 */
import { z } from 'zod';
import type { LibraryTokenizer } from './library.ts';
import { remember, type Pieces } from './pieces.ts';
import { sectionsAt } from './sections.ts';

const spaces = z.object({
  type: z.literal('Replace'),
  pattern: z.object({ String: z.literal(' ') }),
  content: z.literal('▁'),
});
const normalizers = z.union([
  spaces,
  z.object({
    type: z.literal('Sequence'),
    normalizers: z.tuple([
      z.object({ type: z.literal('Prepend'), prepend: z.literal('▁') }),
      spaces,
    ]),
  }),
]);
/** Spaces are ▁ by then, so that nothing is split. */
const idle = z.object({ type: z.literal('Split'), pattern: z.object({ String: z.literal(' ') }) });
const metaspace = z.object({
  type: z.literal('Metaspace'),
  replacement: z.literal('▁'),
  prepend_scheme: z.enum(['always', 'never', 'first']),
  split: z.literal(false),
});

const shape = z.intersection(
  z.object({
    model: z.object({
      type: z.literal('BPE'),
      byte_fallback: z.literal(true),
      ignore_merges: z.literal(false).nullish(),
    }),
    added_tokens: z.array(
      z.object({
        ...{ id: z.int(), content: z.string().min(1) },
        ...{ lstrip: z.boolean(), rstrip: z.boolean(), normalized: z.literal(false) },
      }),
    ),
  }),
  z.union([
    z.object({ normalizer: normalizers, pre_tokenizer: idle.nullish() }),
    z.object({ normalizer: z.null().optional(), pre_tokenizer: metaspace }),
  ]),
);
type Shape = z.infer<typeof shape>;

/** Undefined where ids by pieces would not be the library's. */
export function sentencePieces(
  { model }: LibraryTokenizer,
  definition: Record<string, unknown>,
): Pieces | undefined {
  const { data } = shape.safeParse(definition);
  if (!data || !bytes.every((token) => model.tokens_to_ids.has(token))) return undefined;
  const lengths = new Map(bytes.map((token) => [model.tokens_to_ids.get(token)!, 1]));
  // A merge over the beginning of a word would make a token that has ▁ after another character.
  const added = new Set(data.added_tokens.map(({ content }) => content));
  const words = model.vocab.every((token) => !/[^▁]▁/.test(token) || added.has(token));
  return {
    sections: sectionsAt(data.added_tokens),
    normalize: normalizing(data),
    split: (text) => (words ? text.split(/(?<=[^▁])(?=▁)/) : [text]),
    ids: remember((piece) => model([piece]).map((token) => model.tokens_to_ids.get(token)!)),
    bytesOf: (id) => lengths.get(id) ?? Buffer.byteLength(model.vocab[id]!),
  };
}

const bytes = Array.from(
  { length: 256 },
  (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`,
);

/** A space before a text is made where there is none (`Metaspace`), or always (`Prepend`). */
function normalizing({ normalizer, pre_tokenizer }: Shape): Pieces['normalize'] {
  const marked = (text: string): string => text.replaceAll(' ', '▁');
  if (normalizer)
    return normalizer.type === 'Replace'
      ? marked
      : (text) => (text === '' ? '' : `▁${marked(text)}`);
  const { prepend_scheme: scheme } = pre_tokenizer;
  return (text, first) => {
    const after = marked(text);
    const wanted = scheme === 'always' || (scheme === 'first' && first);
    return wanted && text !== '' && !after.startsWith('▁') ? `▁${after}` : after;
  };
}
