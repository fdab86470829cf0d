/** Keys on the state alone. `|` marks the cursor; a case is keys in, text out. */
import { describe, expect, test } from 'vitest';
import type { Key } from '../../../repl/state/key.ts';
import { press } from '../../../repl/state/press.ts';
import { reduce } from '../../../repl/state/reducer.ts';
import { initialState, type State } from '../../../repl/state/state.ts';

const text = (typed: string): Key => ({ key: 'text', text: typed });
const paste = (pasted: string): Key => ({ key: 'paste', text: pasted });
const move = (to: Extract<Key, { key: 'move' }>['to']): Key => ({ key: 'move', to });
const cut = (to: Extract<Key, { key: 'cut' }>['to']): Key => ({ key: 'cut', to });
const key = (
  name: 'enter' | 'newline' | 'up' | 'down' | 'escape' | 'yank' | 'interrupt' | 'endOfInput',
): Key => ({ key: name });
const tab: Key = { key: 'tab', back: false };

function withText(marked: string, state: State = initialState()): State {
  const cursor = marked.indexOf('|');
  return { ...state, edit: { text: marked.replace('|', ''), cursor } };
}
function marked({ edit }: State): string {
  return `${edit.text.slice(0, edit.cursor)}|${edit.text.slice(edit.cursor)}`;
}

describe('editing', () => {
  test.each<[string, string, Key[], string]>([
    ['types at the cursor', 'a|c', [text('b')], 'ab|c'],
    ['pastes whole, without submitting', '|', [paste('a\nb\n')], 'a\nb\n|'],
    ['moves over a whole emoji', 'a👩‍👩‍👧|', [move('left')], 'a|👩‍👩‍👧'],
    ['deletes a combined letter at once', 'e\u0301|', [cut('left')], '|'],
    [
      'moves by words',
      'const foo = bar.baz|',
      [move('wordLeft'), move('wordLeft')],
      'const foo = |bar.baz',
    ],
    ['moves right by words', '|foo(bar)', [move('wordRight'), move('wordRight')], 'foo(bar|)'],
    [
      'goes to the ends of a line, not of the text',
      'a\nbc|d\ne',
      [move('lineStart'), text('>'), move('lineEnd'), text('<')],
      'a\n>bcd<|\ne',
    ],
    [
      'cuts a word and yanks it',
      'foo bar|',
      [cut('wordLeft'), key('yank'), key('yank')],
      'foo barbar|',
    ],
    ['cuts to the end of the line', 'a|b\nc', [cut('lineEnd')], 'a|\nc'],
    ['cuts the line break at the end of a line', 'a|\nc', [cut('lineEnd')], 'a|c'],
    ['cuts to the start of the line', 'a\nbc|d', [cut('lineStart')], 'a\n|d'],
    ['deletes to the right with Ctrl-D', 'a|b', [key('endOfInput')], 'a|'],
    ['indents a new line like the one before', '  foo|', [key('newline')], '  foo\n  |'],
    ['indents with Tab at the start of a line', 'f\n|', [tab], 'f\n  |'],
    ['steps back before a closing bracket', 'f {\n    |', [text('}')], 'f {\n  }|'],
    [
      'moves up and down by columns',
      'abcd\nx\nabcd|',
      [key('up'), key('up'), key('down'), key('down')],
      'abcd\nx\na|bcd',
    ],
    ['counts wide letters as two columns', 'abcd\n好好|', [key('up')], 'abcd|\n好好'],
    ['breaks the line when the cursor is not on the last', 'a|\nb', [key('enter')], 'a\n|\nb'],
    ['ignores Enter on nothing', '  |', [key('enter')], '|'],
  ])('%s', (_, from, keys, to) => {
    expect(marked(keys.reduce(press, withText(from)))).toBe(to);
  });
});

/** With cells of earlier sessions. */
function remembering(entries: string[], state: State = initialState()): State {
  return reduce(state, { type: 'remembered', entries });
}

describe('history', () => {
  const state = remembering(['let a', 'print b', 'let c\nlet d']);
  test.each<[string, string, Key[], string]>([
    ['goes back through whole cells', '|', [key('up')], 'let c\nlet d|'],
    [
      'walks up the lines of a cell before it goes on',
      '|',
      [key('up'), key('up'), key('up')],
      'print b|',
    ],
    ['comes back to the draft', 'x|', [key('up'), key('down')], 'x|'],
    ['finds what begins like the draft', 'pr|', [key('up')], 'print b|'],
    ['stays on the oldest', 'let a|', [key('up')], 'let a|'],
    ['returns to the draft behind the newest', '|', [key('up'), key('down')], '|'],
  ])('%s', (_, from, keys, to) => {
    expect(marked(keys.reduce(press, withText(from, state)))).toBe(to);
  });

  test('keeps a repeated cell once and no more than 1,000', () => {
    const full = remembering(Array.from({ length: 1000 }, (_, i) => String(i)));
    const submit = (s: State, code: string): State =>
      reduce(press(withText(`${code}|`, s), key('enter')), {
        type: 'checked',
        status: 'complete',
        indent: '',
      });
    const { entries } = submit(submit(full, 'new'), 'new').history;
    expect([entries.length, entries[0], entries.at(-2), entries.at(-1)]).toEqual([
      1000,
      '1',
      '999',
      'new',
    ]);
  });
});

test('cells of earlier sessions that are told late come before those typed meanwhile', () => {
  const typed = remembering(['let b'], remembering(['let a']));
  expect(typed.history.entries).toEqual(['let b', 'let a']);
  const shown = press(typed, key('up'));
  const { history, edit } = remembering(['let b', 'let b'], shown);
  expect([history.entries, history.entries[history.at]]).toEqual([['let b', 'let a'], edit.text]);
});

describe('enter', () => {
  const asked = press(withText('f {|'), key('enter'));

  test('asks whether the cell is whole', () => {
    expect(asked.wants.check).toEqual({ text: 'f {' });
  });
  test('goes on with the indent of an incomplete one', () => {
    expect(marked(reduce(asked, { type: 'checked', status: 'incomplete', indent: '  ' }))).toBe(
      'f {\n  |',
    );
  });
  test.each(['complete', 'invalid', 'unknown'])('submits a %s one', (status) => {
    const state = reduce(asked, { type: 'checked', status, indent: '' });
    expect([state.cells[0]?.code, state.edit.text]).toEqual(['f {', '']);
  });
  test('two blank lines submit what the parser still waits for', () => {
    expect(press(withText('f {\n  \n|'), key('enter')).cells[0]?.code).toBe('f {');
  });
  test('keys pressed before the verdict act after it, in order', () => {
    const busy = [text('b'), key('enter'), text('c')].reduce(press, asked);
    const first = reduce(busy, { type: 'checked', status: 'complete', indent: '' });
    expect([first.cells.length, first.wants.check?.text]).toEqual([1, 'b']);
    const second = reduce(first, { type: 'checked', status: 'complete', indent: '' });
    expect([second.cells.map((cell) => cell.code), marked(second)]).toEqual([['f {', 'b'], 'c|']);
  });
  test('says why nothing runs when the kernel has ended', () => {
    const gone = reduce(withText('1|'), { type: 'kernel', status: 'gone' });
    expect(press(gone, key('enter')).note).toBe('the kernel has ended: Ctrl-D leaves');
  });
});

describe('leaving and interrupting', () => {
  const running = reduce(
    reduce(press(withText('x|'), key('enter')), {
      type: 'checked',
      status: 'complete',
      indent: '',
    }),
    { type: 'run', cell: 0 },
  );
  test('Ctrl-C interrupts the running cell and keeps what is typed', () => {
    const state = press(withText('y|', running), key('interrupt'));
    expect([state.wants.interrupt, state.edit.text]).toEqual([{}, 'y']);
  });
  test('Ctrl-C clears the input when nothing runs', () => {
    expect(marked(press(withText('abc|'), key('interrupt')))).toBe('|');
  });
  test('Ctrl-C takes back an Enter that has not been answered', () => {
    const state = press(press(withText('abc|'), key('enter')), key('interrupt'));
    expect([state.wants.check, state.edit.text]).toEqual([undefined, 'abc']);
  });
  test('Ctrl-C gives up cells that wait for the kernel', () => {
    const waiting = reduce(press(withText('x|'), key('enter')), {
      type: 'checked',
      status: 'complete',
      indent: '',
    });
    const state = press(waiting, key('interrupt'));
    expect([state.cells, state.printed]).toEqual([
      [],
      [{ kind: 'input', code: 'x', run: false, id: 1 }],
    ]);
  });
  test('Ctrl-C twice on nothing leaves; another key between takes it back', () => {
    const once = press(initialState(), key('interrupt'));
    expect([once.leaving, once.wants.leave]).toEqual([true, undefined]);
    expect(press(once, key('interrupt')).wants.leave).toEqual({});
    expect(press(press(once, text('a')), cut('left')).leaving).toBe(false);
  });
  test('Ctrl-D on nothing leaves at once, but not from a running cell', () => {
    expect(press(initialState(), key('endOfInput')).wants.leave).toEqual({});
    expect(press(running, key('endOfInput'))).toMatchObject({ leaving: true, wants: {} });
  });
});
