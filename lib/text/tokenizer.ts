/**
 * A model folder's tokenizer: `tokenizer.json` and `tokenizer_config.json` through Hugging Face's own
 * library, with `fast-encoder.ts` in front of it where that is exact.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../errors.ts';
import { createTokenizer, type LibraryTokenizer } from './library.ts';
import { fastEncoder } from './fast-encoder.ts';
import { plainer } from './pre-tokenizers.ts';
import { encodeApart, type Marked, type Span } from './spans.ts';

export interface TextTokenizer {
  encode(text: string): number[];
  encodeMarked(text: string, spans: readonly Span[]): Marked;
  decode(ids: readonly number[], skipSpecial: boolean): string;
  /** The id of a token as it is written, `<|im_end|>`. */
  id(token: string): number | undefined;
  /** Ids that a text begins with, where it is no conversation. */
  beginning: readonly number[];
  vocab: number;
}

/** Reads the tokenizer of a model folder; `config` is its parsed `tokenizer_config.json`. */
export async function loadTokenizer(
  folder: string,
  config: Readonly<Record<string, unknown>>,
): Promise<TextTokenizer> {
  const path = join(folder, 'tokenizer.json');
  const definition = await readJson(path);
  if (!definition)
    throw new UserError(
      `no tokenizer.json in model folder '${folder}'`,
      'save the tokenizer in the fast format: tokenizer.save_pretrained(folder)',
    );
  try {
    return wrap(definition, config);
  } catch (cause) {
    throw new UserError(`cannot use ${path}: ${(cause as Error).message}`, undefined, { cause });
  }
}

function wrap(
  given: Record<string, unknown>,
  config: Readonly<Record<string, unknown>>,
): TextTokenizer {
  const definition = plainer(given);
  // Texts come back as they were, as in transformers 5 whatever the config says: `it 's` may be meant.
  const library = createTokenizer(definition, { ...config, clean_up_tokenization_spaces: false });
  const slow = (text: string): number[] => library.encode(text, { add_special_tokens: false }).ids;
  const fast = fastEncoder(library, definition);
  return {
    encode: fast?.encode ?? slow,
    encodeMarked: fast?.encodeMarked ?? ((text, spans) => encodeApart(slow, text, spans)),
    decode: (ids, skipSpecial) =>
      ids.length === 0 ? '' : library.decode([...ids], { skip_special_tokens: skipSpecial }),
    id: (token) => library.token_to_id(token),
    beginning: config.add_bos_token === false ? [] : beginningOf(library),
    vocab: library.model.vocab.length,
  };
}

/** What the post-processor puts before a text. */
function beginningOf(library: LibraryTokenizer): number[] {
  const encode = (special: boolean): number[] =>
    library.encode('a', { add_special_tokens: special }).ids;
  const [plain, whole] = [encode(false), encode(true)];
  return whole.slice(0, Math.max(0, whole.indexOf(plain[0]!)));
}

/** A JSON object from a file; undefined when there is no such file. */
export async function readJson(path: string): Promise<Record<string, unknown> | undefined> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch (cause) {
    throw new UserError(`${path} is not JSON: ${(cause as Error).message}`, undefined, { cause });
  }
}
