/** Whether a model thinks by itself, by its chat template. */
import { expect, test } from 'vitest';
import { thinkingRule, thinkingWishes } from '../../../lib/reward/thinking.ts';
import { compileTemplate } from '../../../lib/text/chat-template.ts';
import type { TextEncoder } from '../../../lib/text/encoder.ts';

function encoder(template: string): Pick<TextEncoder, 'chat' | 'chats'> {
  const render = compileTemplate(template, 'T');
  return {
    chats: true,
    chat: (messages, { addGenerationPrompt = false, template = {} } = {}) =>
      render({ ...template, messages, add_generation_prompt: addGenerationPrompt }),
  };
}

const turns = '{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}';
const opening = (more: string): string =>
  `${turns}{% if add_generation_prompt %}<assistant>${more}{% endif %}`;
const off = '{% if enable_thinking is defined and not enable_thinking %}<think></think>{% endif %}';

const models: [what: string, template: string, rules: Record<string, [object, boolean]>][] = [
  [
    'a switch',
    opening(off),
    {
      auto: [{ enable_thinking: true }, false],
      ask: [{ enable_thinking: false }, true],
      off: [{ enable_thinking: false }, false],
    },
  ],
  [
    'thinking that is always opened',
    opening('<think>\n'),
    { auto: [{}, false], ask: [{}, true], off: [{}, false] },
  ],
  [
    'thinking that is taken out of earlier turns',
    opening('').replace('{{ m.content }}', "{{ m.content.split('</think>')[-1] }}"),
    { auto: [{}, false], ask: [{}, true], off: [{}, false] },
  ],
  ['no thinking', opening(''), { auto: [{}, true], ask: [{}, true], off: [{}, false] }],
];

test.each(models)('a template with %s', (_, template, rules) => {
  for (const wish of thinkingWishes) {
    const [values, ask] = rules[wish]!;
    expect([wish, thinkingRule(encoder(template), wish)]).toEqual([
      wish,
      { template: values, ask },
    ]);
  }
});

test('a model without a template is asked', () => {
  const silent = { chats: false, chat: () => expect.fail('it has no template') };
  expect(thinkingRule(silent)).toEqual({ template: {}, ask: true });
});
