/**
 * What we use of `@huggingface/tokenizers`. Its declarations import without file extensions, which
 * TypeScript does not resolve for ES modules, so the parts are declared here.
 */
import * as tokenizers from '@huggingface/tokenizers';

export interface LibraryTokenizer {
  encode(text: string, options: { add_special_tokens: boolean }): { ids: number[] };
  decode(ids: number[], options: { skip_special_tokens: boolean }): string;
  token_to_id(token: string): number | undefined;
  normalizer: ((text: string) => string) | null;
  pre_tokenizer: { tokenizers?: (PreTokenizer | null)[] } | null;
  /** Turns pre-tokens into tokens; `vocab` is indexed by id and has the added tokens too. */
  model: ((pieces: string[]) => string[]) & {
    vocab: string[];
    tokens_to_ids: Map<string, number>;
  };
}

export interface PreTokenizer {
  pre_tokenize(text: string | string[]): string[];
  /** Of a `Split`: the global regular expression whose matches are pieces. */
  pattern?: RegExp | null;
}

/** Builds the library's tokenizer; throws an Error that says what it does not support. */
export function createTokenizer(
  definition: Record<string, unknown>,
  config: Record<string, unknown>,
): LibraryTokenizer {
  const { Tokenizer } = tokenizers as unknown as {
    Tokenizer: new (...parts: [object, object]) => LibraryTokenizer;
  };
  return new Tokenizer(definition, config);
}
