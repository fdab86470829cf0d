/** Ids and templates of a tokenizer of our own, pinned. */
import { writeFile } from 'node:fs/promises';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { loadEncoder } from '../../../lib/text/encoder.ts';
import type { TextEncoder } from '../../../lib/text/encoder.ts';
import { createTokenizer } from '../../../lib/text/library.ts';
import { refusal } from '../refusal.ts';
import { temporaryFolder } from '../temporary.ts';
import { microTokenizer, writeMicroTokenizer } from './micro-tokenizer.ts';

const folder = temporaryFolder();
let encoder: TextEncoder;

beforeAll(async () => {
  await writeMicroTokenizer(folder);
  encoder = await loadEncoder(folder);
});

const pinned: [string, number[]][] = [
  ['', []],
  ['hello world', [259, 264]],
  ['user', [268]],
  ['é e\u0301 é', [265, 32, 265, 32, 265]],
  ['a\n\n\nb', [97, 269, 10, 98]],
  ['<|im_start|>user<think>', [271, 268, 273]],
  ['12 😀', [49, 50, 32, 240, 159, 152, 128]],
  ['世界!', [228, 184, 150, 231, 149, 140, 33]],
];

describe('encode', () => {
  test.each(pinned)('%j', (text, ids) => {
    expect(encoder.encode(text)).toEqual(ids);
    expect(encoder.decode(ids)).toBe(text.normalize('NFC'));
  });

  test('is what the library says, for any text', () => {
    const library = createTokenizer(microTokenizer(), {});
    const piece = fc.oneof(
      fc.constantFrom('<|im_end|>', '<think>', '<|im', 'hello', ' world', '\n', ' ', 'e\u0301'),
      fc.string({ unit: 'grapheme' }),
    );
    const texts = fc.array(piece).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(texts, (text) => {
        const { ids } = library.encode(text, { add_special_tokens: false });
        expect(encoder.encode(text)).toEqual(ids);
        expect(encoder.encode(text)).toEqual(ids);
      }),
    );
  });

  test('knows the special tokens', () => {
    expect(encoder.special).toEqual({ eos: 272, pad: 270 });
    expect(encoder.id('<think>')).toBe(273);
    expect(encoder.id('<none>')).toBeUndefined();
    expect(encoder.vocab).toBe(274);
    expect(encoder.decode([271, 268], { skipSpecial: true })).toBe('user');
  });
});

describe('chat', () => {
  const messages = [{ role: 'user', content: 'hello' }];

  test('lays a conversation out', () => {
    expect(encoder.chat(messages)).toBe('<|im_start|>user\nhello<|im_end|>\n');
    expect(encoder.encodeChat(messages)).toEqual([271, 268, 10, 259, 272, 10]);
  });

  test('passes the template what it asks for', () => {
    const options = { addGenerationPrompt: true, template: { enable_thinking: false } };
    expect(encoder.chat([], options)).toBe('<|im_start|>assistant\n<think>\n\n');
    expect(encoder.chat([], { addGenerationPrompt: true })).toBe('<|im_start|>assistant\n');
  });

  test('names the line on which a template refuses', async () => {
    expect(await refusal(() => encoder.chat([{ role: 'tool', content: '4' }]), folder)).toBe(
      'chat_template.jinja, line 2: no tools here',
    );
  });
});

describe('folders', () => {
  const made = async (name: string, files: Record<string, unknown>): Promise<string> => {
    const inner = join(folder, name);
    mkdirSync(inner, { recursive: true });
    for (const [file, content] of Object.entries(files))
      await writeFile(
        join(inner, file),
        typeof content === 'string' ? content : JSON.stringify(content),
      );
    return inner;
  };

  test('a template may be in tokenizer_config.json', async () => {
    const inner = await made('inline', {
      'tokenizer.json': microTokenizer(),
      'tokenizer_config.json': {
        chat_template: '{{ messages[0].content }}{{ eos_token }}',
        eos_token: '.',
      },
    });
    const other = await loadEncoder(inner);
    expect(other.chat([{ role: 'user', content: 'hello' }])).toBe('hello.');
  });

  test('a model without a template says so when asked to chat', async () => {
    const inner = await made('plain', { 'tokenizer.json': microTokenizer() });
    const other = await loadEncoder(inner);
    expect(other.chats).toBe(false);
    expect(await refusal(() => other.chat([]), folder)).toBe(
      "the model in 'plain' has no chat template, and the data are conversations\n" +
        '  add a chat_template.jinja to the folder, or give the data as plain text',
    );
  });

  test('a folder without a tokenizer is refused', async () => {
    const inner = await made('bare', {});
    expect(await refusal(() => loadEncoder(inner), folder)).toBe(
      "no tokenizer.json in model folder 'bare'\n" +
        '  save the tokenizer in the fast format: tokenizer.save_pretrained(folder)',
    );
  });

  test('a tokenizer.json that is not JSON is refused', async () => {
    const inner = await made('broken', { 'tokenizer.json': '{"model"' });
    expect(await refusal(() => loadEncoder(inner), folder)).toMatch(
      /tokenizer\.json is not JSON: /,
    );
  });
});
