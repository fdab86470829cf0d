/** What a cell shows: which parts may scroll away, and which are still redrawn. */
import { describe, expect, test } from 'vitest';
import {
  add,
  inOrder,
  nothing,
  settle,
  type Block,
  type Live,
  type Output,
} from '../../../repl/state/output.ts';

const print = (text: string): Output => ({ type: 'stream', name: 'stdout', text });
const warn = (text: string): Output => ({ type: 'stream', name: 'stderr', text });
const show = (plain: string, id?: string): Output => ({
  type: 'display',
  data: { 'text/plain': plain },
  ...(id && { id }),
});
const update = (plain: string, id: string): Output => ({
  type: 'update',
  id,
  data: { 'text/plain': plain },
});

/** What has scrolled away and what is live, as text. */
function play(outputs: Output[]): { settled: string[]; live: string[] } {
  let live: Live = nothing;
  const settled: Block[] = [];
  for (const output of outputs) {
    const step = settle(add(live, output));
    settled.push(...step.settled);
    live = step.live;
  }
  return { settled: settled.map(plain), live: inOrder(live.blocks).map(plain) };
}
function plain(block: Block): string {
  if (block.kind === 'stream') return block.text;
  return block.kind === 'error' ? block.name : String(block.data['text/plain']);
}

describe('settling', () => {
  test.each<[string, Output[], string[], string[]]>([
    [
      'whole lines scroll away, the last part stays',
      [print('a\nb'), print('c\nd')],
      ['a\n', 'bc\n'],
      ['d'],
    ],
    ['streams do not mix', [print('a'), warn('b\n')], ['a', 'b\n'], []],
    ['a display waits for what follows', [show('x')], [], ['x']],
    ['and scrolls away then', [show('x'), print('a\n')], ['x', 'a\n'], []],
    [
      'one that can be updated holds what follows',
      [show('x', 'i'), print('a\n')],
      [],
      ['x', 'a\n'],
    ],
    [
      'once updated it floats below the text',
      [show('x', 'i'), print('a\n'), update('y', 'i'), print('b\n')],
      ['a\n', 'b\n'],
      ['y'],
    ],
    [
      'each shows its own update',
      [show('x', 'i'), show('y', 'j'), update('z', 'j')],
      [],
      ['x', 'z'],
    ],
    [
      'clear takes back what has not scrolled away',
      [print('a\nb'), { type: 'clear', wait: false }],
      ['a\n'],
      [],
    ],
    [
      'a waiting clear lets the next output replace',
      [show('x'), { type: 'clear', wait: true }, show('y')],
      [],
      ['y'],
    ],
    [
      'a waiting clear keeps the old until then',
      [show('x'), { type: 'clear', wait: true }],
      [],
      ['x'],
    ],
  ])('%s', (_, outputs, settled, live) => {
    expect(play(outputs)).toEqual({ settled, live });
  });
});
