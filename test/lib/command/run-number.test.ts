/** The numbers of run folders that nobody named. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { latestRun, nextRun } from '../../../lib/command/run-number.ts';
import { temporaryFolder } from '../temporary.ts';

const cwd = temporaryFolder();
const run = (name: string): string => join(cwd, 'runs', name);

test('count on from the highest of their recipe', async () => {
  expect([await nextRun('sft', cwd), await latestRun('sft', cwd)]).toEqual([
    run('sft-001'),
    run('sft-001'),
  ]);
  for (const name of ['sft-002', 'sft-007', 'sft-', 'sft-1e3', 'sft-old', 'sft-tiny-040'])
    await mkdir(run(name), { recursive: true });
  expect([await nextRun('sft', cwd), await latestRun('sft', cwd)]).toEqual([
    run('sft-008'),
    run('sft-007'),
  ]);
});
