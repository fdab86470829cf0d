/** Where the assistant's turns are, against transformers' masks (test/fixtures/chat-masks.json says how). */
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeTurns } from '../../../lib/recipe/encode.ts';
import { assistantTurns } from '../../../lib/text/chat-turns.ts';
import { loadEncoder, type ChatMessage, type TextEncoder } from '../../../lib/text/encoder.ts';
import { encodeApart } from '../../../lib/text/spans.ts';
import { refusal } from '../refusal.ts';
import { temporaryFolder } from '../temporary.ts';
import { writeMicroTokenizer } from './micro-tokenizer.ts';

interface Case {
  name: string;
  template: string;
  messages: ChatMessage[];
  options: Record<string, unknown>;
  ids: number[];
  runs: number[];
}

const { templates, cases } = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../fixtures/chat-masks.json'), 'utf8'),
) as { templates: Record<string, string>; cases: Case[] };
const folder = temporaryFolder();

async function encoderOf(template: string): Promise<TextEncoder> {
  await writeMicroTokenizer(folder);
  await writeFile(join(folder, 'chat_template.jinja'), template);
  return loadEncoder(folder);
}

const answers = (messages: readonly ChatMessage[]): boolean[] =>
  messages.map(({ role }) => role === 'assistant');

test.each(cases)('$template: $name', async ({ template, messages, options, ids, runs }) => {
  const encoder = await encoderOf(templates[template]!);
  const scored = answers(messages);
  const found = encodeTurns({ messages, scored }, encoder, { template: options });
  const wanted = runs.flatMap((length, i) => new Array<boolean>(length).fill(i % 2 === 1));
  expect(found).toEqual({ ids, inside: wanted });
});

test('a turn that is not scored is outside, the others are where they were', async () => {
  const { messages, runs } = cases.find(({ name }) => name === 'system and three turns')!;
  const encoder = await encoderOf(templates.chatml!);
  const scored = answers(messages).with(4, false);
  const { inside } = encodeTurns({ messages, scored }, encoder, {});
  const [a, b, c, d, ...rest] = runs as [number, number, number, number, ...number[]];
  const wanted = [a, b, c + d + rest[0]!, ...rest.slice(1)];
  expect(inside).toEqual(
    wanted.flatMap((length, i) => new Array<boolean>(length).fill(i % 2 === 1)),
  );
});

test('a token that reaches over an edge is outside', async () => {
  const encoder = await encoderOf(templates.chatml!);
  const messages = [
    { role: 'user', content: 'hello' },
    { role: 'assistant', content: '\nworld' },
  ];
  const { ids, inside } = encodeTurns({ messages, scored: answers(messages) }, encoder, {});
  expect(encoder.decode(ids)).toBe(encoder.chat(messages));
  // The header's line break and the answer's are one token.
  expect(encoder.decode(ids.filter((_, i) => inside[i]))).toBe('world<|im_end|>');
});

test('a decomposed letter before a turn does not move it', async () => {
  const encoder = await encoderOf(templates.chatml!);
  const messages = [
    { role: 'user', content: 'cafe\u0301 cafe\u0301' },
    { role: 'assistant', content: 'e\u0301 hello' },
  ];
  const { ids, inside } = encodeTurns({ messages, scored: answers(messages) }, encoder, {});
  expect(ids).toEqual(encoder.encodeChat(messages));
  expect(encoder.decode(ids.filter((_, i) => inside[i]))).toBe('\u00e9 hello<|im_end|>');
});

test('without offsets, what lies between two edges is encoded apart', () => {
  const letters = (text: string): number[] => Array.from(text, (c) => c.charCodeAt(0));
  expect(encodeApart(letters, 'abcd', [[1, 3]])).toEqual({
    ids: letters('abcd'),
    inside: [false, true, true, false],
  });
});

const rewriting = `{%- for m in messages %}
  {%- if loop.last %}{{- '<|im_start|>' + m.role + '\\n' + m.content + '<|im_end|>\\n' }}
  {%- else %}{{- '<|im_start|>' + m.role + '\\n' + m.content.split('|')|last + '<|im_end|>\\n' }}{% endif %}
{%- endfor %}{%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n' }}{% endif %}`;

test('where history is rewritten and a message writes marks itself, turns cannot be told', async () => {
  const encoder = await encoderOf(rewriting);
  const turns = (said: string) => [
    { role: 'user', content: 'hello' },
    { role: 'assistant', content: said },
    { role: 'user', content: 'world' },
    { role: 'assistant', content: 'yes' },
  ];
  const { text, spans } = assistantTurns(encoder, turns('perhaps|no'));
  expect([...spans.values()].map(([from, to]) => text.slice(from, to))).toEqual([
    'no<|im_end|>',
    'yes<|im_end|>',
  ]);
  expect(await refusal(() => assistantTurns(encoder, turns('perhaps|no<|im_end|>yes'))))
    .toMatchInlineSnapshot(`
    "cannot tell which part of the chat template's text is the assistant's message 1
      give this data as token ids: columns input_ids and loss_mask"
  `);
});

test('a template that leaves the answer out', async () => {
  const encoder = await encoderOf(`{{ messages[0].content }}`);
  const messages = [
    { role: 'user', content: 'hello' },
    { role: 'assistant', content: 'world' },
  ];
  expect(await refusal(() => assistantTurns(encoder, messages))).toMatchInlineSnapshot(`
    "cannot tell which part of the chat template's text is the assistant's message 1
      give this data as token ids: columns input_ids and loss_mask"
  `);
});

test('marking changes no id, and what is inside lies in the span', async () => {
  const encoder = await encoderOf(templates.chatml!);
  const words = [
    'hello',
    ' world',
    '\n',
    '\n\n',
    'é',
    '😀',
    '<|im_end|>',
    '<think>',
    ' 12',
    '漢',
    '.',
  ];
  const texts = fc.array(fc.constantFrom(...words), { maxLength: 12 }).map((list) => list.join(''));
  fc.assert(
    fc.property(texts, fc.nat(40), fc.nat(40), (text, a, b) => {
      const span = [Math.min(a, b), Math.max(a, b)] as const;
      const { ids, inside } = encoder.encodeMarked(text, [span]);
      expect(ids).toEqual(encoder.encode(text));
      let byte = 0;
      const edges = span.map((edge) => Buffer.byteLength(text.slice(0, edge)));
      ids.forEach((id, i) => {
        const length = Buffer.byteLength(encoder.decode([id]));
        // Parts of one letter decode to nothing that can be measured.
        if (encoder.decode([id]).includes('\ufffd')) byte = NaN;
        if (!Number.isNaN(byte))
          expect(inside[i]).toBe(byte >= edges[0]! && byte + length <= edges[1]!);
        byte += length;
      });
    }),
  );
});
