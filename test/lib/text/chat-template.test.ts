/** Template errors and the lines they name. */
import { expect, test } from 'vitest';
import { compileTemplate } from '../../../lib/text/chat-template.ts';
import { refusal } from '../refusal.ts';

const cases: [template: string, values: Record<string, unknown>, sentence: string][] = [
  ['a\n{{ x + }}\nb', {}, 'T, line 2: Unexpected token: CloseExpression'],
  [
    'a\n{% if x %}\nb',
    {},
    'T, line 2: a block is open at the end of the template (endif, endfor, … is missing)',
  ],
  ['{% unknown %}', {}, 'T, line 1: Unknown statement type: unknown'],
  [
    "{% for m in messages %}\n{{ m.role }}\n{{ raise_exception('bad role') }}\n{% endfor %}",
    { messages: [{ role: 'x' }] },
    'T, line 3: bad role',
  ],
  [
    "{%- set n = 1 %}\n{# a {{ comment }} #}\n{{ 'text' }}{{ missing() }}",
    {},
    'T, line 3: Cannot call something that is not a function: got UndefinedValue',
  ],
  [
    "{% if a %}\nx\n{% elif b == '{{' %}\ny\n{% else %}\n{{ raise_exception('in else') }}\n{% endif %}",
    { a: false, b: '' },
    'T, line 6: in else',
  ],
];

test.each(cases)('%j', async (template, values, sentence) => {
  expect(await refusal(() => compileTemplate(template, 'T')(values))).toBe(sentence);
});
