/** Tokenizers built as those of every family are, against the original (test/fixtures/tokenizers/make.py). */
import { readFileSync, readdirSync } from 'node:fs';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { encodeText, encodeTurns } from '../../../lib/recipe/encode.ts';
import { loadEncoder, type ChatMessage, type TextEncoder } from '../../../lib/text/encoder.ts';
import { createTokenizer } from '../../../lib/text/library.ts';
import { plainer } from '../../../lib/text/pre-tokenizers.ts';
import { refusal } from '../refusal.ts';
import { temporaryFolder } from '../temporary.ts';

interface Cases {
  texts: { text: string; ids: number[]; alone: number[]; decoded: string }[];
  conversations: { messages: ChatMessage[]; ids: number[]; mask: number[]; prompt: number[] }[];
}

const fixtures = join(import.meta.dirname, '../../fixtures/tokenizers');
const names = readdirSync(fixtures).filter((name) => !name.includes('.'));

describe.each(names)('%s', (name) => {
  const folder = join(fixtures, name);
  const read = (file: string): unknown => JSON.parse(readFileSync(join(folder, file), 'utf8'));
  const { texts, conversations } = read('cases.json') as Cases;
  let encoder: TextEncoder;
  beforeAll(async () => {
    encoder = await loadEncoder(folder);
  });

  test('texts to ids and back, alone with the begin token once', () => {
    const { bos, eos } = encoder.special;
    for (const { text, ids, alone, decoded } of texts) {
      expect(encoder.encode(text)).toEqual(ids);
      expect(encoder.decode(ids)).toBe(decoded);
      const written = bos !== undefined && ids[0] === bos;
      expect(encoder.encodeAlone(text)).toEqual(written ? ids : alone);
      expect(encodeText(text, encoder).slice(-2)).toContain(eos);
    }
  });

  test('conversations begin once, and the assistant has its own tokens', () => {
    for (const { messages, ids, mask, prompt } of conversations) {
      expect(encoder.encodeChat(messages)).toEqual(ids);
      const asked = encoder.encodeChat(messages.slice(0, -1), { addGenerationPrompt: true });
      expect(asked).toEqual(prompt);
      const scored = messages.map(({ role }) => role === 'assistant');
      const marked = encodeTurns({ messages, scored }, encoder, {});
      expect(marked).toEqual({ ids, inside: mask.map(Boolean) });
      expect(ids.slice(0, prompt.length)).toEqual(prompt);
    }
  });

  test('any text is what the library says, and marking it changes no token', () => {
    const definition = plainer(read('tokenizer.json') as Record<string, unknown>);
    const library = createTokenizer(definition, {});
    const { bos = 0, eos = 0 } = encoder.special;
    const marks = [encoder.decode([bos]), encoder.decode([eos]), '[INST]', '<|user|>'];
    const piece = fc.oneof(
      fc.constantFrom(...marks, 'the', ' answer', ' ', '  ', '\n', '▁', '²'),
      fc.string({ unit: 'grapheme' }),
    );
    fc.assert(
      fc.property(fc.array(piece), fc.nat(), fc.nat(), (pieces, a, b) => {
        const text = pieces.join('');
        const { ids } = library.encode(text, { add_special_tokens: false });
        expect(encoder.encode(text)).toEqual(ids);
        const edges = [a % (text.length + 1), b % (text.length + 1)].sort((x, y) => x - y);
        const span = [edges[0]!, edges[1]!] as const;
        expect(encoder.encodeMarked(text, [span]).ids).toEqual(ids);
      }),
    );
  });
});

test('a tokenizer that is told to add no begin token adds none', async () => {
  const folder = temporaryFolder();
  await cp(join(fixtures, 'llama2'), folder, { recursive: true });
  await writeFile(join(folder, 'tokenizer_config.json'), '{"add_bos_token": false}');
  const encoder = await loadEncoder(folder);
  expect(encoder.encodeAlone('a')).toEqual(encoder.encode('a'));
});

test('a pre-tokenizer that the library does otherwise than the original is refused', async () => {
  const folder = temporaryFolder();
  await cp(join(fixtures, 'mistral'), folder, { recursive: true });
  const path = join(folder, 'tokenizer.json');
  await writeFile(path, (await readFile(path, 'utf8')).replace('"split": false', '"split": true'));
  expect(await refusal(() => loadEncoder(folder), folder)).toBe(
    'cannot use tokenizer.json: pre-tokenizer Metaspace with split is not supported; supported: "split": false',
  );
});
