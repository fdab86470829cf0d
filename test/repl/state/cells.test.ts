/** The life of cells: numbers, order, what is given up, what comes late. */
import { expect, test } from 'vitest';
import { reduce, type Action } from '../../../repl/state/reducer.ts';
import { initialState, nextCount, type Printed, type State } from '../../../repl/state/state.ts';

const played = (state: State, ...actions: Action[]): State => actions.reduce(reduce, state);
const typed = (code: string): Action[] => [
  { type: 'key', key: { key: 'text', text: code } },
  { type: 'key', key: { key: 'enter' } },
  { type: 'checked', status: 'complete', indent: '' },
];
const late = { from: 'late', count: 1 } as const;
const bundle = (text: string): { 'text/plain': string } => ({ 'text/plain': text });

function line(piece: Printed): string {
  if (piece.kind === 'note') return piece.text;
  if (piece.kind === 'input')
    return `${String(piece.count)}: ${piece.code}${piece.run ? '' : ' (not run)'}`;
  return piece.block.kind === 'stream' ? piece.block.text : piece.block.kind;
}

test('an input scrolls away when the kernel begins it, with the number that the kernel gave', () => {
  const state = played(initialState(), ...typed('a'), { type: 'run', cell: 0 });
  expect(state.printed).toEqual([]);
  const begun = played(state, {
    type: 'output',
    cell: 0,
    output: { type: 'started', count: 7, code: 'a' },
  });
  expect([begun.printed.map(line), nextCount(begun)]).toEqual([['7: a'], 8]);
});

test('an error gives up the cells that wait', () => {
  const state = played(initialState(), ...typed('a'), { type: 'run', cell: 0 }, ...typed('b'), {
    type: 'ended',
    cell: 0,
    status: 'error',
  });
  expect([state.printed.map(line), state.cells]).toEqual([
    ['undefined: a', 'undefined: b (not run)'],
    [],
  ]);
});

test('a cell that ended well lets the next wait on', () => {
  const state = played(initialState(), ...typed('a'), { type: 'run', cell: 0 }, ...typed('b'), {
    type: 'ended',
    cell: 0,
    status: 'ok',
  });
  expect(state.cells.map((cell) => cell.code)).toEqual(['b']);
});

test('late updates replace each other above the prompt, and scroll away with the next cell', () => {
  const update = (id: string, text: string): Action => ({
    type: 'outside',
    origin: late,
    output: { type: 'update', id, data: bundle(text) },
  });
  const state = played(initialState(), update('i', 'one'), update('i', 'two'));
  expect(state.late).toEqual([{ id: 'i', origin: late, data: bundle('two') }]);
  const next = played(state, ...typed('b'));
  expect([next.late, next.printed.map(line)]).toEqual([[], ['display']]);
});

test('of many late displays the oldest scrolls away', () => {
  const update = (id: string): Action => ({
    type: 'outside',
    origin: late,
    output: { type: 'update', id, data: bundle(id) },
  });
  const state = played(initialState(), update('i'), update('j'), update('k'));
  expect([state.late.map((l) => l.id), state.printed.length]).toEqual([['j', 'k'], 1]);
});

test('another client moves the numbers on', () => {
  const origin = { from: 'other', count: 4 } as const;
  const state = played(initialState(), {
    type: 'outside',
    origin,
    output: { type: 'started', count: 4, code: 'x' },
  });
  expect([state.printed.map(line), nextCount(state)]).toEqual([['4: x'], 5]);
});

test('a question takes the keys, and its answer is left for the driver', () => {
  const state = played(
    initialState(),
    { type: 'key', key: { key: 'text', text: 'draft' } },
    { type: 'ask', prompt: 'name? ', password: false },
    { type: 'key', key: { key: 'text', text: 'Ada' } },
    { type: 'key', key: { key: 'enter' } },
  );
  expect([state.wants.answer, state.edit.text, state.printed.map(line)]).toEqual([
    { question: 0, text: 'Ada' },
    'draft',
    ['name? Ada\n'],
  ]);
});

test('a password does not scroll away with its question', () => {
  const state = played(
    initialState(),
    { type: 'ask', prompt: 'key? ', password: true },
    { type: 'key', key: { key: 'text', text: 'secret' } },
    { type: 'key', key: { key: 'enter' } },
  );
  expect([state.wants.answer?.text, state.printed.map(line)]).toEqual(['secret', ['key? \n']]);
});
