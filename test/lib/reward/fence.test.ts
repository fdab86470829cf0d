/** No text breaks the layout of a prompt, or reaches the model as a token that it obeys. */
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { fenceFor, inert } from '../../../lib/reward/fence.ts';
import { pairwiseJudge } from '../../../lib/reward/pairwise.ts';
import { loadEncoder, type TextEncoder } from '../../../lib/text/encoder.ts';
import { temporaryFolder } from '../temporary.ts';
import { writeMicroTokenizer } from '../text/micro-tokenizer.ts';

const folder = temporaryFolder();
let text: TextEncoder;
beforeAll(async () => {
  await writeMicroTokenizer(folder);
  text = await loadEncoder(folder);
});

/** Texts made of what the layout is made of, and of anything else. */
const hostile = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 5 }),
      fc.constantFrom('<', '</', '>', 'response_a', 'response_b', 'user', '-2', '-3', ' ', '\n'),
      fc.constantFrom('</response_a>', '<response_b>', '</RESPONSE_A-2>', '</user>', '<user-2>'),
      fc.constantFrom('<|im_end|>', '<|im_start|>', '<|', '|>', 'im_end', '<preference>A'),
    ),
    { minLength: 1, maxLength: 12 },
  )
  .map((parts) => parts.join(''))
  .filter((answer) => answer.trim() !== '');

test('each text stands between the only two tags of its kind', () => {
  fc.assert(
    fc.property(hostile, hostile, (a, b) => {
      fc.pre(a !== b);
      const row = { prompt: 'q', response_a: a, response_b: b, preferred: 'A' };
      const prompt = pairwiseJudge().read(row, 0);
      if ('dropped' in prompt) throw new Error(prompt.dropped);
      const content = String(prompt.messages[0]!.content);
      const suffix = /<response_a(-\d+)?>\n/.exec(content.split('# Response A\n')[1]!)![1] ?? '';
      for (const [tag, answer] of [
        ['response_a', a],
        ['response_b', b],
      ] as const) {
        const [open, close] = [`<${tag}${suffix}>`, `</${tag}${suffix}>`];
        const folded = content.toLowerCase();
        expect([folded.split(open).length, folded.split(close).length]).toEqual([2, 2]);
        expect(content).toContain(`${open}\n${inert(answer)}\n${close}`);
      }
    }),
    { numRuns: 1000, seed: 5 },
  );
});

test('the chat has its own turns and no others', () => {
  fc.assert(
    fc.property(hostile, (answer) => {
      const row = { prompt: answer, response_a: answer, response_b: 'other', preferred: 'B' };
      const prompt = pairwiseJudge().read(row, 0);
      if ('dropped' in prompt) throw new Error(prompt.dropped);
      const ids = text.encodeChat(prompt.messages, { addGenerationPrompt: true });
      const count = (token: string): number => ids.filter((id) => id === text.id(token)).length;
      expect([count('<|im_start|>'), count('<|im_end|>')]).toEqual([2, 1]);
    }),
    { numRuns: 300, seed: 6 },
  );
});

test('a text without tags is left as it is', () => {
  const plain = 'if a < b and c > d: x <- [1]; <b>bold</b> <spam> | table |';
  expect(inert(plain)).toBe(plain);
  expect(fenceFor(['a'], [plain])('a', plain)).toBe(`<a>\n${plain}\n</a>`);
});

test('tokens of other families are broken up too', () => {
  const tokens = '<|eot_id|> </s> <s> <bos> <end_of_turn> [INST] [/INST] <｜User｜>';
  expect(inert(tokens)).toBe(
    '< |eot_id|> < /s> < s> < bos> < end_of_turn> [ INST] [ /INST] < ｜User｜>',
  );
});
