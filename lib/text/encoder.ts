/**
 * Text to token ids and back, with the model's own tokenizer and chat template.
 */
import { join } from 'node:path';
import { UserError } from '../errors.ts';
import { textFolder } from '../model/hub.ts';
import { loadChatTemplate } from './chat-template.ts';
import type { Render } from './chat-template.ts';
import type { Marked, Span } from './spans.ts';
import { loadTokenizer, readJson } from './tokenizer.ts';
import type { TextTokenizer } from './tokenizer.ts';

/** One turn of a conversation, as chat templates take it; further keys are passed through. */
export interface ChatMessage {
  role: string;
  content?: unknown;
  [key: string]: unknown;
}

export interface ChatOptions {
  /** End with the opening of the assistant's turn, for the model to go on. Default false. */
  addGenerationPrompt?: boolean;
  /** Passed to the template under the names it knows, e.g. `{ enable_thinking: false, tools }`. */
  template?: Readonly<Record<string, unknown>>;
}

export interface SpecialIds {
  bos?: number;
  eos?: number;
  pad?: number;
}

export interface TextEncoder {
  /** Token ids of a text; special tokens written in it count as such, none are added. */
  encode(text: string): number[];
  /**
   * The same of a text that is no conversation and stands alone: it begins as the tokenizer has it, with a
   * BOS for Llama, Mistral and Gemma. Chat templates write that themselves, and it is never there twice.
   */
  encodeAlone(text: string): number[];
  /** The same, and of each token whether all of it lies in one of the spans of the text. */
  encodeMarked(text: string, spans: readonly Span[]): Marked;
  decode(ids: ArrayLike<number>, options?: { skipSpecial?: boolean }): string;
  /** The conversation as the model reads it. Refuses when the model has no chat template. */
  chat(messages: readonly ChatMessage[], options?: ChatOptions): string;
  encodeChat(messages: readonly ChatMessage[], options?: ChatOptions): number[];
  /** Whether the model has a chat template. */
  readonly chats: boolean;
  readonly special: SpecialIds;
  /** The id of a token as it is written, `<|im_end|>`; undefined when there is none. */
  id(token: string): number | undefined;
  /** One more than the highest id, those of added tokens included. */
  readonly vocab: number;
}

/** Reads the tokenizer and the chat template of a model folder; an adapter without has its base's. */
export async function loadEncoder(model: string): Promise<TextEncoder> {
  const folder = await textFolder(model);
  const config = (await readJson(join(folder, 'tokenizer_config.json'))) ?? {};
  const tokenizer = await loadTokenizer(folder, config);
  const render = await loadChatTemplate(folder, config);
  const names = specialTokens(config);
  const chat = (messages: readonly ChatMessage[], options: ChatOptions = {}): string =>
    required(
      render,
      folder,
    )({
      ...names,
      ...options.template,
      messages,
      add_generation_prompt: options.addGenerationPrompt ?? false,
    });
  return {
    encode: (text) => tokenizer.encode(text),
    encodeAlone(text) {
      const [ids, { beginning }] = [tokenizer.encode(text), tokenizer];
      return beginning.every((id, i) => ids[i] === id) ? ids : [...beginning, ...ids];
    },
    encodeMarked: (text, spans) => tokenizer.encodeMarked(text, spans),
    decode: (ids, options) => tokenizer.decode(Array.from(ids), options?.skipSpecial ?? false),
    chat,
    encodeChat: (messages, options) => tokenizer.encode(chat(messages, options)),
    chats: render !== undefined,
    special: specialIds(tokenizer, names),
    id: (token) => tokenizer.id(token),
    vocab: tokenizer.vocab,
  };
}

function required(render: Render | undefined, folder: string): Render {
  if (render) return render;
  throw new UserError(
    `the model in '${folder}' has no chat template, and the data are conversations`,
    'add a chat_template.jinja to the folder, or give the data as plain text',
  );
}

/** `bos_token` and the like: texts, or objects with a `content`. */
function specialTokens(config: Readonly<Record<string, unknown>>): Record<string, string> {
  const names = ['bos_token', 'eos_token', 'pad_token', 'unk_token'];
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = config[name];
      const text =
        typeof value === 'object' && value !== null && 'content' in value ? value.content : value;
      return typeof text === 'string' ? [[name, text]] : [];
    }),
  );
}

function specialIds(tokenizer: TextTokenizer, names: Record<string, string>): SpecialIds {
  const ids: SpecialIds = {};
  for (const key of ['bos', 'eos', 'pad'] as const) {
    const token = names[`${key}_token`];
    const id = token === undefined ? undefined : tokenizer.id(token);
    if (id !== undefined) ids[key] = id;
  }
  return ids;
}
