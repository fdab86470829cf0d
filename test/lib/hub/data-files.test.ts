/** Files of datasets on a hub, as `--data` and `view` read them. */
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { dataFiles } from '../../../lib/data/files.ts';
import { openRows } from '../../../lib/data/rows.ts';
import { view } from '../../../lib/display/view.ts';
import { temporaryFolder } from '../temporary.ts';
import { startHub, type FakeHub } from './fake-hub.ts';
import { commits, shelf } from './shelf.ts';

const root = temporaryFolder();
let hub: FakeHub;
beforeAll(async () => {
  hub = await startHub(shelf);
  vi.stubEnv('HF_ENDPOINT', hub.url);
  vi.stubEnv('HF_HUB_CACHE', root);
});
beforeEach(() => {
  hub.requests.length = 0;
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await hub.close();
});

const several = 'hf://datasets/desk/several';
const inside = (path: string) =>
  join(root, 'datasets--desk--several/snapshots', commits.first, path);

test.each([
  ['/data/train.jsonl', ['data/train.jsonl']],
  ['/data/test-*.jsonl', ['data/test-00000-of-00002.jsonl', 'data/test-00001-of-00002.jsonl']],
  ['/**/{train,extra}.jsonl', ['data/train.jsonl', 'more/extra.jsonl']],
  ['@main/more', ['more/extra.jsonl']],
  [`@${commits.first}/README.md`, ['README.md']],
])('%s', async (path, files) => {
  expect(await dataFiles(several + path)).toEqual(files.map(inside));
});

test('the only data file needs no name', async () => {
  const rows = await openRows('hf://datasets/desk/one');
  expect(rows.count).toBe(2);
  expect(hub.requests.filter((request) => request.includes('/resolve/'))).toHaveLength(1);
});

test('files on the hub and on this disk are one table', async () => {
  const [local] = await dataFiles(`${several}/data/train.jsonl`);
  const rows = await openRows([`${several}/data/test-*`, local!]);
  expect(await rows.read([0, 1, 2])).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
});

test('a view keeps the name that was typed, and reads when it is asked', async () => {
  const all = view(`${several}/data/test-*.jsonl`);
  expect(hub.requests).toEqual([]);
  expect(all.paths).toEqual([`${several}/data/test-*.jsonl`]);
  expect(await all.filter('n > 1').rows()).toEqual([{ n: 2 }]);
});

test('other names stay paths', async () => {
  expect(await dataFiles(['a.parquet', '/b'], '/cwd')).toEqual(['/cwd/a.parquet', '/b']);
  expect(await dataFiles('a.parquet')).toEqual(['a.parquet']);
  expect(hub.requests).toEqual([]);
});
