/** `%chat`: what the model is told, what is shown as it comes, what the conversation keeps. */
import { expect, test } from 'vitest';
import { chatMagic, type ChatLibrary } from '../../../kernel/magics/chat.ts';
import type { ChatMessage } from '../../../lib/text/encoder.ts';
import { refusal } from '../../lib/refusal.ts';
import { fakeCall, type FakeCall } from './fake-call.ts';

interface Asked {
  folder: string;
  messages: readonly ChatMessage[];
  options: Record<string, unknown>;
}

/** A model that says how many messages it was told, a word at a time. */
function fakeLibrary() {
  const asked: Asked[] = [];
  const closed: string[] = [];
  const library: ChatLibrary = {
    load: (folder) =>
      Promise.resolve({
        chat(messages, { onToken, signal, ...options } = {}) {
          const list = messages as readonly ChatMessage[];
          asked.push({ folder, messages: list, options });
          const words = ['I was told ', `${list.length}`, '\u001b[31m messages'];
          words.forEach((text, id) => {
            signal?.throwIfAborted();
            onToken?.({ prompt: 0, sample: 0, id, logProb: 0, text });
          });
          if (signal?.aborted) return Promise.reject(signal.reason as Error);
          const finish = options.maxTokens === 3 ? ('length' as const) : ('stop' as const);
          const text = words.join('');
          return Promise.resolve({ ids: [], logProbs: [], text, finish, prompt: 0, sample: 0 });
        },
        close: () => Promise.resolve(void closed.push(folder)),
      }),
  };
  return { library, asked, closed };
}

async function say(
  magic: ReturnType<typeof chatMagic>,
  line: string,
  body?: string,
): Promise<FakeCall> {
  const fake = fakeCall(line, body === undefined ? {} : { body });
  await magic.run(fake.call);
  return fake;
}

test('a line is a turn; the conversation of each model goes on', async () => {
  const { library, asked } = fakeLibrary();
  const magic = chatMagic(library);
  const first = await say(magic, 'runs/a/final What is "it"?');
  expect(first.out()).toBe('I was told 1 messages\n');
  await say(magic, "'runs/a b/final' hello");
  await say(magic, 'runs/a/final', 'two\nlines\n');
  expect(asked.map(({ folder }) => folder)).toEqual([
    'runs/a/final',
    'runs/a b/final',
    'runs/a/final',
  ]);
  expect(asked[0]!.messages).toEqual([{ role: 'user', content: 'What is "it"?' }]);
  expect(asked[1]!.messages).toEqual([{ role: 'user', content: 'hello' }]);
  expect(asked[2]!.messages).toEqual([
    { role: 'user', content: 'What is "it"?' },
    { role: 'assistant', content: 'I was told 1\u001b[31m messages' },
    { role: 'user', content: 'two\nlines' },
  ]);
});

test('options, and a conversation begun anew', async () => {
  const { library, asked, closed } = fakeLibrary();
  const magic = chatMagic(library);
  await say(magic, 'm hello');
  const cut = await say(magic, 'm --max-tokens 3 --temperature 0 --stop x y -- a -- b');
  expect(cut.out()).toBe('I was told 3 messages\n(cut after 3 tokens; --max-tokens allows more)\n');
  expect(asked[1]).toMatchObject({
    messages: { 2: { content: 'a -- b' } },
    options: { maxTokens: 3, temperature: 0, stop: ['x', 'y'], n: 1 },
  });
  await say(magic, 'm --system "Be brief."', 'hello');
  expect(asked[2]!.messages).toEqual([
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'hello' },
  ]);
  await say(magic, 'm --new', 'again');
  expect(asked[3]!.messages).toEqual([{ role: 'user', content: 'again' }]);
  await say(magic, 'm --close');
  expect(closed).toEqual(['m']);
  await say(magic, 'm hello');
  expect(asked[4]!.messages).toHaveLength(1);
});

test('an interrupted turn is forgotten', async () => {
  const { library, asked } = fakeLibrary();
  const magic = chatMagic(library);
  const fake = fakeCall('m hello');
  const write = fake.call.write.bind(fake.call);
  await magic.run({
    ...fake.call,
    write(text, name) {
      write(text, name);
      fake.interrupt();
    },
  });
  expect(fake.out()).toBe('I was told \ninterrupted; the conversation is as it was before\n');
  await say(magic, 'm hello');
  expect(asked[1]!.messages).toHaveLength(1);
});

test('refuses what it cannot use, and a model that cannot be loaded may be tried again', async () => {
  const { library } = fakeLibrary();
  let tries = 0;
  const magic = chatMagic({
    load: (folder) =>
      tries++ === 0 ? Promise.reject(new Error('no such folder')) : library.load(folder),
  });
  expect(await refusal(() => say(magic, ''))).toBe(
    '%chat: expected a model folder\n  %chat MODEL text…',
  );
  expect(await refusal(() => say(magic, 'm --max-tokens 0 --n 3', 'x')))
    .toBe(`%chat cannot use these options
  --n: no such option; did you mean --new?
  --max-tokens: expected a whole number above 0, got '0'
  %chat --help lists them all; a text after options follows a lone --`);
  await expect(say(magic, 'm hello')).rejects.toThrow('no such folder');
  expect((await say(magic, 'm hello')).out()).toBe('I was told 1 messages\n');
  expect(await magic.help()).toContain('--max-tokens');
});
