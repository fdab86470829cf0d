/** Messages in, stored outputs out. */
import { expect, test } from 'vitest';
import type { Output } from '../../../kernel/jupyter/notebook-file.ts';
import { outputCollector, type Displays } from '../../../kernel/jupyter/outputs.ts';
import { compose } from '../../../kernel/jupyter/wire.ts';

type Sent = [type: string, content: Record<string, unknown>];

const say = (text: string, name = 'stdout'): Sent => ['stream', { name, text }];
const show = (text: string, id?: string): Sent => [
  'display_data',
  {
    data: { 'text/plain': text },
    metadata: {},
    transient: id === undefined ? {} : { display_id: id },
  },
];
const update = (text: string, id: string): Sent => [
  'update_display_data',
  { data: { 'text/plain': text }, metadata: { late: true }, transient: { display_id: id } },
];
const clear = (wait: boolean): Sent => ['clear_output', { wait }];

const stream = (text: string, name = 'stdout'): Output => ({ output_type: 'stream', name, text });
const shown = (text: string, metadata = {}): Output => ({
  output_type: 'display_data',
  data: { 'text/plain': text },
  metadata,
});

const cases: [string, Sent[], Output[]][] = [
  ['one stream is joined', [say('a'), say('b\n')], [stream('ab\n')]],
  [
    'another stream, or an output, begins anew',
    [say('a'), say('b', 'stderr'), say('c'), show('x'), say('d')],
    [stream('a'), stream('b', 'stderr'), stream('c'), shown('x'), stream('d')],
  ],
  [
    'a result keeps its count, an error its traceback',
    [
      ['execute_result', { execution_count: 3, data: { 'text/plain': '1' }, metadata: {} }],
      ['error', { ename: 'E', evalue: 'why', traceback: ['E: why'] }],
    ],
    [
      {
        output_type: 'execute_result',
        execution_count: 3,
        data: { 'text/plain': '1' },
        metadata: {},
      },
      { output_type: 'error', ename: 'E', evalue: 'why', traceback: ['E: why'] },
    ],
  ],
  [
    'an update reaches every display of its name and no other',
    [show('a', 'p'), show('b'), show('c', 'p'), update('new', 'p'), update('lost', 'q')],
    [shown('new', { late: true }), shown('b'), shown('new', { late: true })],
  ],
  ['a clear empties at once', [say('a'), clear(false)], []],
  ['a clear that waits does nothing by itself', [say('a'), clear(true)], [stream('a')]],
  ['and empties when the next output comes', [say('a'), clear(true), say('b')], [stream('b')]],
  [
    'also before a display, and only once',
    [say('a'), clear(true), show('b'), say('c')],
    [shown('b'), stream('c')],
  ],
  [
    'a clear at once takes back one that waits',
    [clear(true), clear(false), say('a'), say('b')],
    [stream('ab')],
  ],
  [
    'status and input are no outputs',
    [
      ['status', {}],
      ['execute_input', { code: '1' }],
    ],
    [],
  ],
];

test.each(cases)('%s', (_, messages, expected) => {
  const outputs: Output[] = [];
  send(outputCollector(outputs, new Map()), messages);
  expect(outputs).toEqual(expected);
});

test('an update reaches the display of an earlier cell', () => {
  const displays: Displays = new Map();
  const [first, second]: [Output[], Output[]] = [[], []];
  send(outputCollector(first, displays), [show('old', 'p')]);
  send(outputCollector(second, displays), [update('new', 'p')]);
  expect([first, second]).toEqual([[shown('new', { late: true })], []]);
});

function send(collect: ReturnType<typeof outputCollector>, messages: readonly Sent[]): void {
  for (const [type, content] of messages) collect({ ...compose(type, content, 'kernel'), content });
}
