/**
 * Pre-tokenizers of a tokenizer.json said by fewer kinds: `Split`, and `ByteLevel` without an expression of its
 * own. Digits are so what they are in the original, all numbers of Unicode, ² and Ⅷ too, where the library
 * takes 0 to 9.
 */

/** The expression of GPT-2's `ByteLevel`. */
const words = String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`;

type Part = Readonly<Record<string, unknown>>;

/** The same tokenizer. Throws an Error at what the library does otherwise than the original. */
export function plainer(definition: Part): Record<string, unknown> {
  const parts = partsOf(definition.pre_tokenizer);
  const pre_tokenizer = parts.length > 1 ? { type: 'Sequence', pretokenizers: parts } : parts[0];
  return { ...definition, pre_tokenizer: pre_tokenizer ?? null };
}

function partsOf(value: unknown): Part[] {
  if (typeof value !== 'object' || value === null) return [];
  const part = value as Part;
  if (part.type === 'Sequence') return (part.pretokenizers as unknown[]).flatMap(partsOf);
  if (part.type === 'Digits')
    return [split(part.individual_digits ? String.raw`\p{N}` : String.raw`\p{N}+`)];
  if (part.type === 'ByteLevel' && part.use_regex !== false && part.add_prefix_space === false)
    return [split(words), { ...part, use_regex: false }];
  if (part.type === 'Metaspace' && part.split !== false)
    throw new Error(
      'pre-tokenizer Metaspace with split is not supported; supported: "split": false',
    );
  return [part];
}

function split(expression: string): Part {
  return { type: 'Split', pattern: { Regex: expression }, behavior: 'Isolated', invert: false };
}
