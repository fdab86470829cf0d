/** A language model measured on conversations: how well it expects what the assistant says. */
import type { Rows } from '../data/rows.ts';
import { readConversation } from '../data/messages.ts';
import { measureRows, type MeasureRowsOptions } from './measure-rows.ts';

export interface ConversationEvaluation {
  /** Mean of −log p over the assistant's tokens. */
  loss: number;
  /** Share of them that the model thinks likeliest. */
  token_accuracy: number;
  /** e to the loss. */
  perplexity: number;
  /** Conversations that were measured. */
  rows: number;
  /** Reason to number of rows that were left out. */
  dropped: Record<string, number>;
}

/** Measures every usable row of `messages` or `input_ids`, as a validation of sft does, to the bit. */
export async function evaluateConversations(
  options: MeasureRowsOptions,
): Promise<ConversationEvaluation> {
  const { metrics, rows, dropped } = await measureRows('sft', options);
  const { loss = NaN, token_accuracy = NaN } = metrics;
  return { loss, token_accuracy, perplexity: Math.exp(loss), rows, dropped };
}

/** Whether a table is of conversations that end with an answer; prompts for a judge do not. */
export async function holdsConversations(rows: Rows): Promise<boolean> {
  if (!Object.hasOwn(rows.columns, 'messages')) return Object.hasOwn(rows.columns, 'input_ids');
  const [first] = await rows.read([0], ['messages']);
  const read = readConversation(first!.messages);
  return 'messages' in read && read.messages.at(-1)!.role === 'assistant';
}
