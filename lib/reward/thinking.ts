/**
 * Whether a model thinks by itself before it answers, found out from its own chat template.
 */
import type { ChatMessage, TextEncoder } from '../text/encoder.ts';

/**
 * - `auto`: as the template says: a model that thinks by itself is let, another is asked to reason.
 * - `ask`: the prompt asks for reasoning; a template that knows thinking is told to leave it out.
 * - `off`: the verdict alone.
 */
export const thinkingWishes = ['auto', 'ask', 'off'] as const;
export type ThinkingWish = (typeof thinkingWishes)[number];

export interface ThinkingRule {
  /** For `ChatOptions.template`. */
  template: Readonly<Record<string, unknown>>;
  /** Whether the prompt should ask for reasoning in `<think>`. */
  ask: boolean;
}

/** Looks at how the template renders three probes. A model without a chat template is asked. */
export function thinkingRule(
  text: Pick<TextEncoder, 'chat' | 'chats'>,
  wish: ThinkingWish = 'auto',
): ThinkingRule {
  const { switchable, native } = text.chats ? habits(text) : { switchable: false, native: false };
  const template = switchable ? { enable_thinking: wish === 'auto' } : {};
  return { template, ask: wish === 'ask' || (wish === 'auto' && !native) };
}

/** `switchable`: knows `enable_thinking`. `native`: opens, or takes out, thinking of its own. */
function habits(text: Pick<TextEncoder, 'chat'>): { switchable: boolean; native: boolean } {
  const question: ChatMessage[] = [{ role: 'user', content: 'probe' }];
  const opened = (template: Record<string, unknown>): string =>
    text.chat(question, { addGenerationPrompt: true, template });
  const switchable = opened({ enable_thinking: true }) !== opened({ enable_thinking: false });
  const thought = '<think>\nprobed thought\n</think>\n\n';
  const earlier = text.chat([
    ...question,
    { role: 'assistant', content: `${thought}answer` },
    ...question,
  ]);
  const opens = opened({}).trimEnd().endsWith('<think>');
  return { switchable, native: switchable || opens || !earlier.includes('probed thought') };
}
