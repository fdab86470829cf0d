/** Input from a pipe: where it is cut, what goes where, when it ends. */
import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { cellsOf, runPiped } from '../../repl/piped.ts';
import { FakeKernel } from './fake-kernel.ts';

describe('cells', () => {
  test.each<[string, string, string[]]>([
    ['a line each', 'a\nb\n', ['a', 'b']],
    ['as many lines as brackets need', 'f {\n  a\n}\nb', ['f {\n  a\n}', 'b']],
    ['what can only go on', 'a\n  .b()\n  .c()\nd', ['a\n  .b()\n  .c()', 'd']],
    [
      'else and catch',
      'if {\n}\nelse {\n}\ntry {\n}\ncatch {\n}',
      ['if {\n}\nelse {\n}', 'try {\n}\ncatch {\n}'],
    ],
    ['blank lines are none', '\n\na\n\n\nb\n\n', ['a', 'b']],
    ['an unfinished end is one last cell', 'a\nf {\nb', ['a', 'f {\nb']],
    ['nothing at all', '\n', []],
    ['Windows line ends', 'f {\r\n}\r\nb', ['f {\n}', 'b']],
  ])('%s', async (_, text, expected) => {
    const cells: string[] = [];
    for await (const cell of cellsOf(new FakeKernel(), text)) cells.push(cell);
    expect(cells).toEqual(expected);
  });
});

async function pipe(text: string, onRun: FakeKernel['onRun']) {
  const kernel = new FakeKernel();
  kernel.onRun = onRun;
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const code = await runPiped(kernel, text, { stdout, stderr, colours: false });
  const read = (stream: PassThrough): string => String(stream.read() ?? '');
  return {
    code,
    cells: kernel.cells.map((cell) => cell.code),
    stdout: read(stdout),
    stderr: read(stderr),
  };
}
const plain = (text: string): { 'text/plain': string } => ({ 'text/plain': text });

test('output comes in order, results and displays on stdout', async () => {
  const result = await pipe('a\nb', (cell) => {
    cell.prints(`${cell.code} prints\n`);
    cell.shows({ type: 'stream', name: 'stderr', text: 'warns\n' });
    cell.shows({ type: 'display', data: plain('picture') });
    cell.shows({ type: 'result', count: 1, data: plain(`${cell.code} is`) }).ends();
  });
  expect(result).toEqual({
    code: 0,
    cells: ['a', 'b'],
    stdout: 'a prints\npicture\na is\nb prints\npicture\nb is\n',
    stderr: 'warns\nwarns\n',
  });
});

test('a figure that moves is written once, as it was at the end', async () => {
  const { stdout } = await pipe('train', (cell) => {
    cell.shows({ type: 'display', id: 'f', data: plain('begin') }).prints('step\n');
    cell.shows({ type: 'update', id: 'f', data: plain('end') }).ends();
  });
  expect(stdout).toBe('step\nend\n');
});

test('ends at the first error, with its traceback on stderr', async () => {
  const result = await pipe('a\nb', (cell) => {
    const traceback = ['\u001b[31mTypeError\u001b[39m: no', '  at cell-1.ts:1:1'];
    cell.shows({ type: 'error', name: 'TypeError', message: 'no', traceback }).ends('error');
  });
  expect(result).toEqual({
    code: 1,
    cells: ['a'],
    stdout: '',
    stderr: 'TypeError: no\n  at cell-1.ts:1:1\n',
  });
});

test('a question gets no answer, and says why', async () => {
  const { stdout, stderr } = await pipe('ask', (cell) => {
    void cell.listener.ask({ prompt: 'name? ', password: false }).then((answer) => {
      cell.prints(`[${answer}]\n`).ends();
    });
  });
  expect([stdout, stderr]).toEqual(['[]\n', 'name? \nno input: stdin is the program\n']);
});
