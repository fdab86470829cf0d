/** What `rewardlab doctor` finds of the kernel. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { examine } from '../../bin/commands/doctor.ts';
import { installKernel } from '../../kernel/jupyter/kernelspec.ts';
import { temporaryFolder } from '../lib/temporary.ts';

const prefix = temporaryFolder();
const python = join(prefix, 'bin', 'python3');

beforeEach(() => {
  vi.stubEnv('JUPYTER_PATH', join(prefix, 'share', 'jupyter'));
  vi.stubEnv('JUPYTER_DATA_DIR', join(prefix, 'nowhere'));
  vi.stubEnv('VIRTUAL_ENV', '');
});
afterEach(() => vi.unstubAllEnvs());

const kernel = async () => (await examine()).find(({ name }) => name === 'jupyter kernel')!;

test('one that is whole, one whose Python is gone', async () => {
  mkdirSync(join(prefix, 'bin'));
  writeFileSync(python, '');
  const folder = await installKernel({ prefix });
  const whole = await kernel();
  expect(whole.text).toContain(folder);
  expect(whole.text).not.toContain('which is gone');
  rmSync(python);
  const broken = await kernel();
  expect(broken.ok).toBe(false);
  expect(broken.text).toContain(`${folder} needs '${python}', which is gone`);
  expect(broken.text).toMatch(/: rewardlab install$/);
});
