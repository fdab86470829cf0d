/** Messages of the wire as outputs, well-formed and not. */
import { expect, test } from 'vitest';
import { outputOf } from '../../../repl/kernel/message.ts';

const data = { 'text/plain': '2' };

test.each([
  ['execute_input', { code: 'a', execution_count: 3 }, { type: 'started', code: 'a', count: 3 }],
  ['stream', { name: 'stderr', text: 'x' }, { type: 'stream', name: 'stderr', text: 'x' }],
  ['display_data', { data, metadata: {} }, { type: 'display', data }],
  ['display_data', { data, transient: { display_id: 'i' } }, { type: 'display', data, id: 'i' }],
  [
    'update_display_data',
    { data, transient: { display_id: 'i' } },
    { type: 'update', data, id: 'i' },
  ],
  ['update_display_data', { data }, undefined],
  ['execute_result', { data, execution_count: 3 }, { type: 'result', data, count: 3 }],
  ['clear_output', { wait: true }, { type: 'clear', wait: true }],
  [
    'error',
    { ename: 'E', evalue: 'v', traceback: ['a', 'b'] },
    { type: 'error', name: 'E', message: 'v', traceback: ['a', 'b'] },
  ],
  ['error', { traceback: 'oops' }, { type: 'error', name: '', message: '', traceback: [] }],
  ['stream', null, { type: 'stream', name: 'stdout', text: '' }],
  ['status', { execution_state: 'busy' }, undefined],
  ['toString', {}, undefined],
])('%s %j', (type, content, expected) => {
  expect(outputOf(type, content)).toEqual(expected);
});
