/** Rows to learn from: what each form becomes, and why a row is none. */
import { expect, test } from 'vitest';
import { conversationReader } from '../../../lib/data/conversation.ts';
import { rowsOf, type Row } from '../../../lib/data/rows.ts';
import { refusal } from '../refusal.ts';

const user = { role: 'user', content: 'hello' };
const assistant = { role: 'assistant', content: 'world' };

function read(row: Row) {
  return conversationReader(rowsOf([row])).read(row, 7);
}

test('messages, nested or as JSON, with what the template is given', () => {
  const tools = [{ name: 'calculator' }];
  const messages = [user, { ...assistant, loss_mask: 0 }, user, { ...assistant, loss_mask: 1n }];
  const wanted = {
    kind: 'messages',
    row: 7,
    messages: [user, assistant, user, assistant],
    scored: [false, false, false, true],
    template: { tools, enable_thinking: false },
  };
  expect(read({ messages, tools, enable_thinking: false })).toEqual(wanted);
  const text = JSON.stringify([user, { ...assistant, loss_mask: 0 }, user, assistant]);
  expect(read({ messages: text, tools: JSON.stringify(tools), enable_thinking: 0 })).toEqual(
    wanted,
  );
});

test('what is absent is not given to the template', () => {
  const row = { messages: [user, assistant], tools: null, enable_thinking: null };
  expect(read(row)).toMatchObject({ template: {} });
  expect(read({ ...row, tools: [] })).toMatchObject({ template: {} });
});

test('token ids, all learnt or as the mask says', () => {
  expect(read({ input_ids: [4, 5, 6] })).toMatchObject({ scored: [true, true, true] });
  expect(read({ input_ids: [4, 5, 6], loss_mask: [0, 0, 1] })).toMatchObject({
    kind: 'ids',
    ids: [4, 5, 6],
    scored: [false, false, true],
  });
});

const turns = (...more: object[]): Row => ({ messages: [user, ...more] as Row[string] });

test.each<[string, Row]>([
  ['missing messages', { messages: null }],
  ['empty messages', { messages: [] }],
  ['empty messages', { messages: ' ' }],
  ['not JSON', { messages: 'hello' }],
  ['not messages', { messages: [1] }],
  ['unknown role', turns({ role: 'bot', content: 'world' })],
  ['no assistant turn', turns()],
  ['no assistant turn with loss_mask 1', turns({ ...assistant, loss_mask: 0 })],
  ['empty answer', turns({ ...assistant, content: ' ' })],
  ['loss_mask is not 0 or 1', turns({ ...assistant, loss_mask: 2 })],
  ['tools are not a list', { ...turns(assistant), tools: '{' }],
  ['enable_thinking is not true or false', { ...turns(assistant), enable_thinking: 'yes' }],
  ['missing token ids', { input_ids: null }],
  ['not token ids', { input_ids: [1, -1] }],
  ['not token ids', { input_ids: 'hello' }],
  ['no token to learn', { input_ids: [1] }],
  ['no token to learn', { input_ids: [1, 2], loss_mask: [1, 0] }],
  ['loss_mask is not 0 or 1', { input_ids: [1, 2], loss_mask: [0, 0.5] }],
  ['loss_mask and input_ids differ in length', { input_ids: [1, 2], loss_mask: [0, 1, 1] }],
])('%s: %j', (dropped, row) => {
  expect(read(row)).toMatchObject({ row: 7, dropped });
});

test('a table without conversations', async () => {
  const rows = rowsOf([{ message: 'hello', id: 1 }]);
  expect(await refusal(() => conversationReader(rows))).toMatchInlineSnapshot(`
    "the rows have no column 'messages'; columns there: message, id
      did you mean 'message'?"
  `);
});
