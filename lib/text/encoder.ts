/**
 * Text to token ids and back, with the model's own tokenizer and chat template.
 */

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
  decode(ids: ArrayLike<number>, options?: { skipSpecial?: boolean }): string;
  /** The conversation as the model reads it. */
  chat(messages: readonly ChatMessage[], options?: ChatOptions): string;
  encodeChat(messages: readonly ChatMessage[], options?: ChatOptions): number[];
  readonly special: SpecialIds;
  /** Number of ids, those of added tokens included. */
  readonly vocab: number;
}
