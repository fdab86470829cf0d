/** A download in a cell: it is shown there, it can be interrupted, and what came is kept. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { sha256Of, startHub, type FakeHub } from '../../lib/hub/fake-hub.ts';
import { shelf, weights } from '../../lib/hub/shelf.ts';
import { openSession, type TestSession } from './open-session.ts';

const cache = mkdtempSync(join(tmpdir(), 'rewardlab-cache-'));
let hub: FakeHub;
let session: TestSession;

beforeAll(async () => {
  hub = await startHub(shelf);
  vi.stubEnv('HF_ENDPOINT', hub.url);
  vi.stubEnv('HF_HUB_CACHE', cache);
  session = openSession();
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await session.close();
  await hub.close();
  rmSync(cache, { recursive: true, force: true });
});

test.each([
  ['a call', "await LanguageModel.load('desk/tiny')"],
  ['a magic', '%train sft --model desk/tiny --train hf://datasets/desk/one'],
])('%s is interrupted while it downloads', async (_, code) => {
  const begun = Promise.withResolvers<null>();
  hub.storageFault = (request, response) => {
    if (!request.url!.endsWith(sha256Of(weights))) return false;
    response.writeHead(200, { 'content-length': weights.length });
    response.write(weights.subarray(0, 1000), () => begun.resolve(null));
    return true;
  };
  const { done } = session.start(code);
  await begun.promise;
  await session.session.interrupt();
  expect((await done).at(-1)).toMatchObject({ type: 'done', status: 'interrupted' });
});

test('the cell shows one line that is renewed', async () => {
  delete hub.storageFault;
  const events = await session.run("await view('hf://datasets/desk/several/more').count()");
  const shown = events.filter(({ type }) => type === 'display' || type === 'update');
  expect(shown[0]).toMatchObject({ type: 'display' });
  expect(shown.at(-1)).toMatchObject({
    id: (shown[0] as { id: string }).id,
    data: { 'text/plain': 'hf://datasets/desk/several: 1 file, 8 bytes' },
  });
  expect(events.at(-1)).toMatchObject({ status: 'ok' });
});
