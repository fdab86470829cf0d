/** Answers as the token ids that a model reads, the same in training, evaluation and scoring. */
import { isUserError, UserError } from '../errors.ts';
import { assistantTurns } from '../text/chat-turns.ts';
import type { ChatMessage, ChatOptions, TextEncoder } from '../text/encoder.ts';
import type { Marked } from '../text/spans.ts';
import type { Batching } from './recipe.ts';

/**
 * Plain text, begun as the tokenizer begins texts and ended by the end-of-text token unless it is written there (as TRL's RewardTrainer does):
 * the reward is read at the last token.
 */
export function encodeText(text: string, encoder: TextEncoder): number[] {
  const ids = encoder.encodeAlone(text);
  const { eos } = encoder.special;
  return eos === undefined || ids.slice(-2).includes(eos) ? ids : [...ids, eos];
}

/** A whole conversation in the model's chat template. */
export function encodeConversation(
  messages: readonly ChatMessage[],
  encoder: TextEncoder,
): number[] {
  return encoder.encodeChat(messages);
}

/** A conversation with the tokens of those turns of the assistant that are `scored`, end tokens included. */
export function encodeTurns(
  { messages, scored }: { messages: readonly ChatMessage[]; scored: readonly boolean[] },
  encoder: TextEncoder,
  options: Pick<ChatOptions, 'template'>,
): Marked {
  const { text, spans } = assistantTurns(encoder, messages, options);
  const own = [...spans].filter(([message]) => scored[message]).map(([, span]) => span);
  return encoder.encodeMarked(text, own);
}

/** Lets what is wrong with a row's text, such as a chat template that fails, name the row. */
export function inRow<T>(row: number, encode: () => T): T {
  try {
    return encode();
  } catch (error) {
    if (!isUserError(error) || error.message.startsWith('row ')) throw error;
    throw new UserError(`row ${row}: ${error.message}`, error.hint, { cause: error });
  }
}

/** Ids that come from a file and not from the tokenizer. Throws a `UserError` where one is no token. */
export function checkIds(ids: readonly number[], encoder: TextEncoder, row: number): number[] {
  const wrong = ids.find((id) => id >= encoder.vocab);
  if (wrong !== undefined)
    throw new UserError(
      `row ${row}: token id ${wrong} is outside the model's vocabulary of ${encoder.vocab}`,
      'these ids were made by another tokenizer; give the data as text or messages',
    );
  return [...ids];
}

type Limits = Pick<Batching, 'maxLength' | 'truncation'>;

/**
 * Cuts ids to the longest allowed; undefined where the row is to be left out instead. A middle is cut
 * out as VERL does. Throws a `UserError` where longer ones are refused.
 */
export function fit<T>(ids: readonly T[], { maxLength, truncation }: Limits) {
  if (ids.length <= maxLength) return ids;
  if (truncation === 'drop') return undefined;
  if (truncation === 'left') return ids.slice(-maxLength);
  if (truncation === 'right') return ids.slice(0, maxLength);
  const first = Math.floor(maxLength / 2);
  if (truncation === 'middle') return [...ids.slice(0, first), ...ids.slice(first - maxLength)];
  throw new UserError(
    `expected at most ${maxLength} tokens, got ${ids.length}`,
    'allow more, or say with --truncation what a longer text loses',
  );
}
