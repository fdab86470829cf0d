/** `%chat`: a conversation with a language model, kept in the session; the reply is written as it comes. */
import { z } from 'zod';
import { optionLines } from '../../lib/command/help.ts';
import { readOptions } from '../../lib/command/read-options.ts';
import { splitWords } from '../../lib/command/words.ts';
import { plain } from '../../lib/display/escape.ts';
import { UserError } from '../../lib/errors.ts';
import { samplingOf, samplingOptions } from '../../lib/generate/options.ts';
import type { ChatMessage } from '../../lib/text/encoder.ts';
import { LanguageModel } from '../../lib/worker/language-model.ts';
import type { Magic, MagicCall } from './magic.ts';

const schema = samplingOptions.omit({ n: true }).extend({
  system: z
    .string()
    .nullable()
    .default(null)
    .describe('begin a new conversation with this system message'),
  new: z.boolean().default(false).describe('begin a new conversation'),
  close: z.boolean().default(false).describe('end the conversation and let go of the model'),
});
type ChatOptions = z.infer<typeof schema>;

/** What of the library the magic calls; a test brings its own. */
export interface ChatLibrary {
  load(folder: string): Promise<Pick<LanguageModel, 'chat' | 'close'>>;
}

interface Conversation {
  model: ReturnType<ChatLibrary['load']>;
  messages: ChatMessage[];
}

/** One for the session, so that conversations last. */
export const chat = chatMagic();

export function chatMagic(library: ChatLibrary = LanguageModel): Magic {
  const conversations = new Map<string, Conversation>();
  const conversationWith = (folder: string): Conversation => {
    const known = conversations.get(folder) ?? { model: library.load(folder), messages: [] };
    conversations.set(folder, known);
    known.model.catch(() => conversations.delete(folder));
    return known;
  };
  return {
    name: 'chat',
    summary: 'talks with a model: MODEL text… | %%chat MODEL [--OPTION V]… and a text below',
    takesBody: true,
    help,
    async run(call) {
      const { folder, words, text } = read(call);
      const options = check(words);
      if (options.close) {
        const known = conversations.get(folder);
        conversations.delete(folder);
        await (await known?.model)?.close();
        return undefined;
      }
      const conversation = conversationWith(folder);
      if (options.new || options.system !== null) conversation.messages = opening(options);
      if (text !== '') await reply(conversation, text, { call, options });
      return undefined;
    },
  };
}

/** `MODEL text…`, `MODEL --OPTION V -- text…`; with a body, that is the text. */
function read({ line, body }: MagicCall): { folder: string; words: string[]; text: string } {
  const trimmed = line.trim();
  const [folder] = splitWords(trimmed);
  if (folder === undefined) throw new UserError('%chat: expected a model folder', usage);
  const rest = trimmed.slice(trimmed.indexOf(folder) + folder.length).replace(/^["']?\s*/, '');
  if (body !== undefined) return { folder, words: splitWords(rest), text: body.trim() };
  if (!rest.startsWith('--')) return { folder, words: [], text: rest };
  const [options = '', ...texts] = rest.split(/(?:^|\s)--(?:\s|$)/);
  return { folder, words: splitWords(options), text: texts.join(' -- ').trim() };
}

function check(words: readonly string[]): ChatOptions {
  return readOptions(words, schema, {
    refusal: '%chat cannot use these options',
    hint: '%chat --help lists them all; a text after options follows a lone --',
  });
}

function opening({ system }: ChatOptions): ChatMessage[] {
  return system === null ? [] : [{ role: 'system', content: system }];
}

/** An exchange that is interrupted or refused leaves the conversation as it was. */
async function reply(
  conversation: Conversation,
  text: string,
  { call, options }: { call: MagicCall; options: ChatOptions },
): Promise<void> {
  const messages = [...conversation.messages, { role: 'user', content: text }];
  const model = await conversation.model;
  try {
    const written = await model.chat(messages, {
      ...samplingOf({ ...options, n: 1 }),
      called: 'conversation',
      signal: call.signal,
      onToken: (token) => {
        if (token.text !== '') call.write(plain(token.text));
      },
    });
    conversation.messages = [...messages, { role: 'assistant', content: written.text }];
    call.write(written.finish === 'length' ? `\n${cutText(options)}\n` : '\n');
  } catch (error) {
    if (!call.signal.aborted) throw error;
    call.write('\ninterrupted; the conversation is as it was before\n');
  }
}

function cutText({ max_tokens }: ChatOptions): string {
  return `(cut after ${max_tokens} tokens; --max-tokens allows more)`;
}

const usage = '%chat MODEL text…';

function help(): string {
  return [
    usage,
    '%chat MODEL [--OPTION VALUE]… -- text…',
    '%%chat MODEL [--OPTION VALUE]…, the text on the lines below',
    '  The conversation with a model is kept until --new, --system or --close.',
    '',
    ...optionLines(schema),
    '',
  ].join('\n');
}
