/** What Jupyter's own programs make of our kernel: the protocol's test suite, and nbclient. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { installKernel } from '../../kernel/jupyter/kernelspec.ts';
import { temporaryFolder } from '../lib/temporary.ts';
import { ensureVenv } from './venv.mjs';

interface Case {
  source: string;
  outputs: unknown[];
}

const folder = temporaryFolder();
const name = 'rewardlab-under-test';
let python: string;

beforeAll(async () => {
  python = await ensureVenv();
  mkdirSync(join(folder, 'bin'));
  symlinkSync(python, join(folder, 'bin', 'python3'));
  await installKernel({ prefix: folder, name });
}, 600_000);

test("Jupyter's kernel test suite passes", () => {
  const table = run('conformance.py') as Record<string, string>;
  const passed = Object.fromEntries(Object.keys(table).map((test) => [test, 'ok']));
  expect(table).toEqual(passed);
  expect(Object.keys(table).sort()).toEqual([
    'test_clear_output',
    'test_completion',
    'test_display_data',
    'test_error',
    'test_execute_result',
    'test_execute_stderr',
    'test_execute_stdout',
    'test_history',
    'test_inspect',
    'test_is_complete',
    'test_kernel_info',
    'test_pager',
    'test_recv_iopub_welcome_msg',
  ]);
});

test('nbclient stores the outputs that were shown', () => {
  const cells = JSON.parse(readFileSync(join(import.meta.dirname, 'cells.json'), 'utf8')) as Case[];
  const outputs = run(
    'execute.py',
    cells.map(({ source }) => source),
  ) as unknown[][];
  expect(cells.map((cell, i) => ({ ...cell, outputs: outputs[i] }))).toEqual(cells);
});

/** Runs a script of this folder on our kernel; returns the JSON that it prints. */
function run(script: string, input: unknown = null): unknown {
  const { stdout, stderr, status } = spawnSync(python, [join(import.meta.dirname, script), name], {
    cwd: folder,
    input: JSON.stringify(input),
    encoding: 'utf8',
    env: {
      ...process.env,
      JUPYTER_PATH: join(folder, 'share', 'jupyter'),
      JUPYTER_RUNTIME_DIR: join(folder, 'runtime'),
      IPYTHONDIR: join(folder, 'ipython'),
      REWARDLAB_HISTORY: join(folder, 'history.sqlite'),
    },
  });
  if (status !== 0) throw new Error(`${script} ended with ${status ?? 'a signal'}:\n${stderr}`);
  return JSON.parse(stdout);
}
