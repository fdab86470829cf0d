/**
 * Where in a rendered conversation the assistant's turns are: after the header that a generation prompt
 * ends with, up to and with the mark that ends a turn. Found by rendering beginnings of the conversation;
 * where a template rewrites history (Qwen3 drops the thinking of earlier turns), by its own header and mark.
 */
import { isUserError, UserError } from '../errors.ts';
import type { ChatMessage, ChatOptions, TextEncoder } from './encoder.ts';
import type { Span } from './spans.ts';

export interface Turns {
  /** The whole conversation. */
  text: string;
  /** Of each message that is the assistant's: where its own text is, the end mark included. */
  spans: ReadonlyMap<number, Span>;
}

type Chat = Pick<TextEncoder, 'chat'>;

/** Refuses, in a sentence, a template whose turns cannot be told apart. */
export function assistantTurns(
  encoder: Chat,
  messages: readonly ChatMessage[],
  options: Pick<ChatOptions, 'template'> = {},
): Turns {
  const text = encoder.chat(messages, options);
  const frame = frameOf(encoder, options);
  const spans = new Map<number, Span>();
  let after = 0;
  messages.forEach(({ role }, i) => {
    if (role !== 'assistant') return;
    const looking = { encoder, messages, options, text, frame, after };
    const start = startOf(i, looking);
    const end = start === undefined ? undefined : endOf(i, { ...looking, after: start });
    if (start === undefined || end === undefined) throw notFound(i);
    spans.set(i, [start, end]);
    after = end;
  });
  return { text, spans };
}

function notFound(message: number): UserError {
  return new UserError(
    `cannot tell which part of the chat template's text is the assistant's message ${message}`,
    'give this data as token ids: columns input_ids and loss_mask',
  );
}

/** What a template writes around an assistant's turn. */
interface Frame {
  /** What it ends a prompt with, for the model to go on; it may open or skip the thinking. */
  prompt: string;
  /** What it writes before a turn of the past. */
  header: string;
  /** What it writes after a turn, and the white space after that. */
  closing: string;
  trail: string;
}

const frames = new WeakMap<Chat, Map<unknown, Frame | undefined>>();

/** Rendered once for each way of thinking. */
function frameOf(encoder: Chat, options: Pick<ChatOptions, 'template'>): Frame | undefined {
  const thinking = options.template?.enable_thinking;
  const known = frames.get(encoder) ?? new Map<unknown, Frame | undefined>();
  frames.set(encoder, known);
  if (!known.has(thinking)) known.set(thinking, probe(encoder, thinking));
  return known.get(thinking);
}

const answer = 'qzanswerzq';

function probe(encoder: Chat, thinking: unknown): Frame | undefined {
  const template = thinking === undefined ? {} : { enable_thinking: thinking };
  const user = { role: 'user', content: 'x' };
  const turns = [user, { role: 'assistant', content: answer }];
  const [before, prompt, turn, past] = [
    attempt(encoder, [user], { template }),
    attempt(encoder, [user], { template, addGenerationPrompt: true }),
    attempt(encoder, turns, { template }),
    attempt(encoder, [...turns, user], { template }),
  ];
  if (before === undefined || turn === undefined || past === undefined) return undefined;
  const at = turn.indexOf(answer);
  if (at < 0 || !past.startsWith(before)) return undefined;
  const rest = turn.slice(at + answer.length);
  const closing = rest.trimEnd();
  return {
    prompt: prompt?.startsWith(before) ? prompt.slice(before.length) : '',
    header: past.slice(before.length, past.indexOf(answer)),
    closing,
    trail: rest.slice(closing.length),
  };
}

/** The beginning of a conversation, or nothing where the template refuses it. */
function attempt(
  encoder: Chat,
  messages: readonly ChatMessage[],
  options: ChatOptions,
): string | undefined {
  try {
    return encoder.chat(messages, options);
  } catch (error) {
    if (isUserError(error)) return undefined;
    throw error;
  }
}

interface Looking {
  encoder: Chat;
  messages: readonly ChatMessage[];
  options: Pick<ChatOptions, 'template'>;
  text: string;
  frame: Frame | undefined;
  /** Nothing before this offset is looked at. */
  after: number;
}

function startOf(i: number, looking: Looking): number | undefined {
  const { encoder, messages, options, text, frame, after } = looking;
  const prompt = attempt(encoder, messages.slice(0, i), { ...options, addGenerationPrompt: true });
  if (prompt !== undefined && prompt.length >= after && text.startsWith(prompt)) {
    // A template that ignores add_generation_prompt still writes a header, which is not learnt.
    const { prompt: asked, header } = frame ?? { prompt: '', header: '' };
    const written = asked === '' && header.trim() !== '' && text.startsWith(header, prompt.length);
    return prompt.length + (written ? header.length : 0);
  }
  if (!frame || frame.header.trim() === '') return undefined;
  const between = messages.slice(0, i).slice(lastAssistant(messages, i) + 1);
  if (between.some((message) => says(message, frame.header.trim()))) return undefined;
  const at = text.indexOf(frame.header, after);
  if (at < 0) return undefined;
  const asked = frame.prompt.startsWith(frame.header) && text.startsWith(frame.prompt, at);
  return at + (asked ? frame.prompt : frame.header).length;
}

function endOf(i: number, { encoder, messages, options, text, frame, after }: Looking) {
  if (!frame) return undefined;
  const { closing, trail } = frame;
  const last = i === messages.length - 1;
  const part = last ? text : attempt(encoder, messages.slice(0, i + 1), options);
  if (part !== undefined && part.length > after && text.startsWith(part)) {
    if (part.endsWith(closing + trail)) return part.length - trail.length;
  }
  if (closing === '' || says(messages[i]!, closing)) return undefined;
  const at = text.indexOf(closing, after);
  return at < 0 ? undefined : at + closing.length;
}

function lastAssistant(messages: readonly ChatMessage[], before: number): number {
  return messages.slice(0, before).findLastIndex(({ role }) => role === 'assistant');
}

/** Whether a text that marks turns is written in a message, so that finding it proves nothing. */
function says(message: ChatMessage, mark: string): boolean {
  const written = (value: unknown): boolean =>
    typeof value === 'string'
      ? value.includes(mark)
      : typeof value === 'object' && value !== null && Object.values(value).some(written);
  return written(message);
}
