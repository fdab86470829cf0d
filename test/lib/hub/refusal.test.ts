/** Every way in which a hub says no, as the person reads it. */
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { openHubData } from '../../../lib/hub/data-files.ts';
import { openHubModel } from '../../../lib/hub/model-files.ts';
import { causeText, diskRefusal } from '../../../lib/hub/refusal.ts';
import type { HubSettings } from '../../../lib/hub/settings.ts';
import { refusal } from '../refusal.ts';
import { temporaryFolder } from '../temporary.ts';
import { refuse, startHub, type FakeHub } from './fake-hub.ts';
import { commits, settingsFor, shelf, token } from './shelf.ts';

const root = temporaryFolder();
const cache = join(root, 'cache');
let hub: FakeHub;
beforeAll(async () => {
  hub = await startHub(shelf);
});
afterAll(() => hub.close());
afterEach(() => {
  delete hub.fault;
});

const withToken = (text: string): Partial<HubSettings> => ({
  token: () => ({ text, from: 'HF_TOKEN' }),
});

async function refused(name: string, more: Partial<HubSettings> = {}): Promise<string> {
  const settings = settingsFor(hub, cache, more);
  const [id = '', revision = 'main'] = name.split('@');
  const sentence = await refusal(
    () =>
      name.startsWith('hf://')
        ? openHubData(name, { settings })
        : openHubModel({ kind: 'model', id, revision }, { settings }),
    root,
  );
  expect(sentence).not.toContain(token);
  return sentence.replaceAll(hub.url, 'HUB').replaceAll(new URL(hub.url).host, 'HOST');
}

test.each([
  ['desk/nothing', {}],
  ['desk/nothing', withToken(token)],
  ['desk/private', {}],
  ['desk/private', withToken('hf_another')],
  ['desk/tiny', withToken('hf_expired')],
  ['desk/gated', {}],
  ['desk/gated', withToken('hf_another')],
  ['desk/tiny@v9', {}],
  [`desk/tiny@${'9'.repeat(40)}`, {}],
  ['desk/tiny', { offline: true }],
  ['desk/pickle', {}],
  ['desk/pictures', {}],
  ['hf://datasets/desk/nothing', {}],
  ['hf://datasets/desk/one@v9/rows.jsonl', {}],
  ['hf://datasets/desk/one/row.jsonl', {}],
  ['hf://datasets/desk/one/*.parquet', {}],
  ['hf://datasets/desk/several', {}],
  ['hf://datasets/desk/several/data', {}],
  ['hf://datasets/desk/several/nowhere', {}],
  ['hf://datasets/desk/script', {}],
  ['hf://datasets/desk/several', { offline: true }],
] as const)('%s %o', async (name, more) => {
  expect(await refused(name, more)).toMatchSnapshot();
});

test('a server that repeats the token is not repeated', async () => {
  hub.fault = (_, response) => Boolean(refuse(response, 400, undefined, `no to ${token}`));
  expect(await refused('desk/tiny', withToken(token))).toBe(
    "HOST refused 'desk/tiny': 400, no to …",
  );
});

test('a busy hub', async () => {
  hub.fault = (_, response) => Boolean(refuse(response, 429, undefined, 'Too many requests'));
  expect(await refused('desk/tiny')).toBe(
    "HOST refused 'desk/tiny': 429, Too many requests\n" +
      '  it asks for fewer requests: wait a little, or put a token into HF_TOKEN',
  );
});

test('something else that answers', async () => {
  hub.fault = (_, response) => Boolean(response.end('<html>hotel</html>'));
  expect(await refused('desk/tiny')).toBe(
    'HOST does not answer as the Hugging Face hub does: /api/models/desk/tiny/revision/main gave no commit\n' +
      '  HF_ENDPOINT names the server; a proxy in between may answer in its place',
  );
});

test('more than the disk holds', async () => {
  hub.fault = (request, response) => {
    if (!request.url!.includes('/tree/')) return false;
    const file = { type: 'file', oid: '1'.repeat(40), size: 1 };
    const lfs = { oid: '1'.repeat(64), size: 4e15, pointerSize: 130 };
    return Boolean(
      response.end(
        JSON.stringify([
          { ...file, path: 'config.json' },
          { ...file, path: 'model.safetensors', lfs },
        ]),
      ),
    );
  };
  expect(await refused('desk/shards')).toMatch(
    /^'desk\/shards' needs 4\.0 PB in the cache 'cache', where [\d.]+ [GT]B are free\n {2}make room, or name a folder on another disk with HF_HUB_CACHE$/,
  );
});

test('a disk that fills up on the way', () => {
  const settings = settingsFor(hub, '/cache');
  const full = Object.assign(new Error('write'), { code: 'ENOSPC' });
  expect(diskRefusal(full, settings)).toMatchObject({
    message: "cannot write in the cache '/cache': the disk is full",
    hint: 'make room and try again, which goes on from what is there; HF_HUB_CACHE names another folder',
  });
  expect(diskRefusal(new Error('bug'), settings)).toBeUndefined();
});

test('a cache that cannot be made', async () => {
  const settings = settingsFor(hub, '/dev/null/cache');
  const repo = { kind: 'model', id: 'desk/tiny', revision: commits.second } as const;
  expect(await refusal(() => openHubModel(repo, { settings }))).toContain(
    "cannot write in the cache '/dev/null/cache': a file is in the way",
  );
});

test('the innermost cause speaks', () => {
  const inner = new Error('getaddrinfo ENOTFOUND hub\u001b[2J');
  expect(causeText(new TypeError('fetch failed', { cause: inner }))).toBe(
    'getaddrinfo ENOTFOUND hub[2J',
  );
  const both = new AggregateError([new Error('connect ECONNREFUSED ::1')], '');
  expect(causeText(new TypeError('fetch failed', { cause: both }))).toBe(
    'connect ECONNREFUSED ::1',
  );
  expect(causeText('odd')).toBe('odd');
});
