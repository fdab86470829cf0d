/** What a worker's process is started with. */
import { expect, test } from 'vitest';
import { startWorker, workerEnvironment } from '../../../lib/worker/client.ts';

test('asks for large pages, beside what the person asks of glibc, and not against it', () => {
  const tunables = (given?: string): string | undefined =>
    workerEnvironment(given === undefined ? {} : { GLIBC_TUNABLES: given }).GLIBC_TUNABLES;
  expect(tunables()).toBe('glibc.malloc.hugetlb=1');
  expect(tunables('glibc.malloc.arena_max=2')).toBe(
    'glibc.malloc.arena_max=2:glibc.malloc.hugetlb=1',
  );
  expect(tunables('glibc.malloc.hugetlb=0')).toBe('glibc.malloc.hugetlb=0');
  expect(workerEnvironment({ HOME: '/home/me' }).HOME).toBe('/home/me');
});

test('a worker that was told nothing holds nothing, and ends when it is let go', async () => {
  const worker = startWorker('train');
  worker.release();
  expect(await worker.death()).toContain('was killed');
});
