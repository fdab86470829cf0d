/** Answers as the token ids that a reward model reads, the same in training, evaluation and scoring. */
import { UserError } from '../errors.ts';
import type { ChatMessage, TextEncoder } from '../text/encoder.ts';
import type { Batching } from './recipe.ts';

/**
 * Plain text, ended by the end-of-text token unless it is written there (as TRL's RewardTrainer does):
 * the reward is read at the last token.
 */
export function encodeText(text: string, encoder: TextEncoder): number[] {
  const ids = encoder.encode(text);
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

/** Cuts ids to the longest allowed; undefined where the row is to be left out instead. */
export function fit(
  ids: readonly number[],
  { maxLength, truncation }: Pick<Batching, 'maxLength' | 'truncation'>,
): readonly number[] | undefined {
  if (ids.length <= maxLength) return ids;
  if (truncation === 'drop') return undefined;
  return truncation === 'left' ? ids.slice(-maxLength) : ids.slice(0, maxLength);
}
