/** One process at a time in a run folder, and what becomes of the lock of one that is gone. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { lockRun, refuseHeld } from '../../../lib/train/run-lock.ts';
import { refusal } from '../refusal.ts';
import { temporaryFolder } from '../temporary.ts';

const folder = temporaryFolder();
let runs = 0;
function place(lock?: unknown): string {
  const run = join(folder, `run-${++runs}`);
  mkdirSync(run);
  if (lock !== undefined) writeFileSync(join(run, 'run.lock'), JSON.stringify(lock));
  return run;
}
const asked = async (run: string): Promise<string> =>
  (await refusal(() => lockRun(run), folder)).replace(/run-\d+/g, 'run');

test('held until it is released', async () => {
  const run = place();
  const release = lockRun(run);
  expect(await asked(run)).toBe(
    `process ${process.pid} on this machine is writing in run folder 'run'\n  wait for it, or end it with a checkpoint: kill ${process.pid}; or choose another folder with --output-dir`,
  );
  release();
  expect(readdirSync(run)).toEqual([]);
  lockRun(run)();
});

test('a process that ended without releasing it holds nothing', () => {
  const { pid } = spawnSync(process.execPath, ['--version']);
  const run = place({ pid, host: hostname() });
  refuseHeld(run);
  const release = lockRun(run);
  expect(JSON.parse(readFileSync(join(run, 'run.lock'), 'utf8'))).toMatchObject({
    pid: process.pid,
  });
  release();
});

test('nor does one whose number another has now, where the system tells when that began', async () => {
  const run = place({ pid: process.pid, host: hostname(), began: '1' });
  if (process.platform === 'linux') lockRun(run)();
  else expect(await asked(run)).toContain(`process ${process.pid} on this machine`);
});

test('a process of another machine may still run', async () => {
  const run = place({ pid: 4, host: 'elsewhere' });
  expect(await asked(run)).toBe(
    "process 4 on 'elsewhere' is writing in run folder 'run'\n  if it no longer runs, remove 'run/run.lock'; or choose another folder with --output-dir",
  );
});

test('a torn lock is nobody’s', () => {
  const run = place();
  writeFileSync(join(run, 'run.lock'), '{"pid":');
  lockRun(run)();
});

test('another process is refused while this one holds it, and not once it is killed', async () => {
  const run = place();
  const module = pathToFileURL(join(import.meta.dirname, '../../../lib/train/run-lock.ts')).href;
  const script = `import { lockRun } from ${JSON.stringify(module)}; lockRun(${JSON.stringify(run)}); console.log('held'); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await once(child.stdout, 'data');
  expect(await asked(run)).toContain(`process ${child.pid} on this machine`);
  child.kill('SIGKILL');
  await once(child, 'exit');
  lockRun(run)();
});
