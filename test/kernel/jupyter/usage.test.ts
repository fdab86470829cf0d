/** What processes take, from a made-up /proc. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createUsage } from '../../../kernel/jupyter/usage.ts';
import { temporaryFolder } from '../../lib/temporary.ts';

const folder = temporaryFolder();

/** `ticks` is what it has computed, in hundredths of a second. */
function process(
  pid: number,
  { parent, ticks, files }: { parent: number; ticks: number; files: Record<string, string> },
): void {
  const own = join(folder, String(pid));
  mkdirSync(own, { recursive: true });
  const stat = `${pid} (a (strange) name) S ${parent} 0 0 0 0 0 0 0 0 0 ${ticks} 0 0 0`;
  for (const [name, text] of Object.entries({ stat, ...files }))
    writeFileSync(join(own, name), text);
}

test('counts a process and all that it started, and nothing else', () => {
  process(10, { parent: 1, ticks: 5, files: { smaps_rollup: 'Pss:    100 kB\n' } });
  process(20, { parent: 10, ticks: 5, files: { status: 'Name: x\nVmRSS:\t  30 kB\n' } });
  process(30, { parent: 20, ticks: 5, files: {} });
  process(40, { parent: 1, ticks: 5, files: { status: 'VmRSS: 1000 kB\n' } });
  mkdirSync(join(folder, 'self'));
  const usage = createUsage(10, folder);
  expect(usage()).toEqual({ cpuPercent: 0, memory: 130 * 1024 });
  process(30, { parent: 20, ticks: 1e6, files: {} });
  expect(usage()!.cpuPercent).toBeGreaterThan(0);
});

test('says nothing where the system does not', () => {
  expect(createUsage(10, join(folder, 'missing'))()).toBeUndefined();
});
