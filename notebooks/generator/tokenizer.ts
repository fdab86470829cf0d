/**
 * Learns a byte-level BPE tokenizer (Sennrich et al. 2016, Radford et al. 2019) and writes it in the
 * format of Hugging Face. No randomness: ties go to the pair that sorts first.
 */

export const specialTokens = ['<|endoftext|>', '<|im_start|>', '<|im_end|>'] as const;

export interface Bpe {
  /** Token to id, in the order of their ids: special tokens, tags, bytes, merges. */
  vocabulary: string[];
  merges: [string, string][];
  /** Texts that are a token each wherever they stand, and stay when special tokens are left out. */
  tags: readonly string[];
}

/**
 * Merges the most frequent pair until nothing is seen twice or the vocabulary is full. The texts should
 * not contain the tags.
 */
export function learn(texts: Iterable<string>, size: number, tags: readonly string[] = []): Bpe {
  const words = [...countWords(texts)].map(([word, count]) => ({ parts: Array.from(word), count }));
  const vocabulary: string[] = [...specialTokens, ...tags, ...byteLetters];
  const merges: [string, string][] = [];
  while (vocabulary.length < size) {
    const best = mostFrequent(words);
    if (best === undefined) break;
    merges.push(best);
    vocabulary.push(best.join(''));
    for (const word of words) word.parts = merged(word.parts, best);
  }
  return { vocabulary, merges, tags };
}

/** The contents of `tokenizer.json`. */
export function tokenizerJson({ vocabulary, merges, tags }: Bpe): object {
  const added = [...specialTokens, ...tags].map((content, id) => ({
    ...{ id, content, ...special },
    special: id < specialTokens.length,
  }));
  const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: false };
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: added,
    normalizer: null,
    pre_tokenizer: { ...byteLevel, use_regex: true },
    post_processor: null,
    decoder: { ...byteLevel, use_regex: true },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab: Object.fromEntries(vocabulary.map((token, id) => [token, id])),
      merges,
    },
  };
}

/** The contents of `tokenizer_config.json`. */
export function tokenizerConfig(maxLength: number): object {
  return {
    add_bos_token: false,
    add_prefix_space: false,
    bos_token: null,
    clean_up_tokenization_spaces: false,
    eos_token: '<|im_end|>',
    model_max_length: maxLength,
    pad_token: '<|endoftext|>',
    tokenizer_class: 'PreTrainedTokenizerFast',
    unk_token: null,
  };
}

const special = {
  single_word: false,
  lstrip: false,
  rstrip: false,
  normalized: false,
  special: true,
};

/** GPT-2's letter for each byte: itself where it prints, else the next free letter from 256 on. */
const byteLetters = (() => {
  const prints = (byte: number) =>
    (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
  let free = 256;
  return Array.from({ length: 256 }, (_, byte) =>
    String.fromCodePoint(prints(byte) ? byte : free++),
  );
})();

/** GPT-2's word pattern, which `use_regex` stands for. */
const pattern = /'(?:s|t|re|ve|m|ll|d)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu;

/** Words in byte letters and how often each occurs. */
function countWords(texts: Iterable<string>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) {
    for (const [word] of text.matchAll(pattern)) {
      const letters = Array.from(Buffer.from(word), (byte) => byteLetters[byte]!).join('');
      counts.set(letters, (counts.get(letters) ?? 0) + 1);
    }
  }
  return counts;
}

function mostFrequent(words: { parts: string[]; count: number }[]): [string, string] | undefined {
  const counts = new Map<string, number>();
  for (const { parts, count } of words) {
    for (let i = 1; i < parts.length; i++) {
      const pair = `${parts[i - 1]!} ${parts[i]!}`;
      counts.set(pair, (counts.get(pair) ?? 0) + count);
    }
  }
  let best: string | undefined;
  let most = 1;
  for (const [pair, count] of counts) {
    if (count > most || (count === most && best !== undefined && pair < best))
      [best, most] = [pair, count];
  }
  return best?.split(' ') as [string, string] | undefined;
}

function merged(parts: string[], [left, right]: [string, string]): string[] {
  const result: string[] = [];
  for (const part of parts) {
    if (part === right && result.at(-1) === left) result[result.length - 1] = left + right;
    else result.push(part);
  }
  return result;
}
