/** The door, with a real kernel behind: a pipe, an attached kernel, a file that is not there. */
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startKernel, type StartedKernel } from '../../kernel/jupyter/start.ts';
import { runRepl } from '../../repl/index.ts';

let running: StartedKernel;
beforeAll(async () => {
  running = await startKernel();
});
afterAll(() => running.close());

async function pipe(text: string, existing?: string) {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  stdin.end(text);
  const code = await runRepl({
    ...(existing !== undefined && { existing }),
    cwd: import.meta.dirname,
    stdin: stdin as unknown as NodeJS.ReadStream,
    stdout: stdout as unknown as NodeJS.WriteStream,
    stderr: stderr as unknown as NodeJS.WriteStream,
  });
  const read = (stream: PassThrough): string => String(stream.read() ?? '');
  return { code, stdout: read(stdout), stderr: read(stderr) };
}

test('a program from a pipe runs in a kernel of its own, up to its first error', async () => {
  const result = await pipe(
    'const x: number = 3\nfunction f() {\n  return x * 2\n}\nf()\nconsole.log("a")\nthrow new TypeError("no")\n"never"',
  );
  expect([result.code, result.stdout]).toEqual([1, '6\na\n']);
  expect(result.stderr).toMatch(/^TypeError: no\n/);
});

test('attached, it shares the kernel and leaves it alive', async () => {
  const file = running.connectionFile;
  expect(await pipe('const shared = 42', file)).toEqual({ code: 0, stdout: '', stderr: '' });
  expect(await pipe('shared', file)).toEqual({ code: 0, stdout: '42\n', stderr: '' });
  expect(await running.client.alive(5000)).toBe(true);
});

test('a connection file that is not there is said in a sentence', async () => {
  const result = await pipe('1', '/nowhere/kernel.json');
  expect([result.code, result.stdout]).toEqual([1, '']);
  expect(result.stderr).toMatch(/^no connection file '\/nowhere\/kernel.json'\n/);
});
