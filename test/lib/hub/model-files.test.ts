/** A model from a hub into the cache of the Python client, and out of it. */
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { openHubModel } from '../../../lib/hub/model-files.ts';
import { showDownloads, type DownloadProgress } from '../../../lib/hub/events.ts';
import type { HubRepo } from '../../../lib/hub/name.ts';
import { refusal } from '../refusal.ts';
import { temporaryFolder } from '../temporary.ts';
import { sha1Of, sha256Of, startHub, type FakeHub } from './fake-hub.ts';
import { commits, settingsFor, shelf, token, weights } from './shelf.ts';

const root = temporaryFolder();
let hub: FakeHub;
let cache: string;
let caches = 0;
const told: DownloadProgress[] = [];
const notices: string[] = [];

beforeAll(async () => {
  hub = await startHub(shelf);
  showDownloads({
    progress: (progress) => told.push(progress),
    notice: (sentence) => notices.push(sentence),
  });
});
afterAll(() => hub.close());
beforeEach(() => {
  cache = join(root, String(caches++));
  for (const list of [hub.requests, hub.tokens, told, notices]) list.length = 0;
});
afterEach(() => {
  delete hub.fault;
  delete hub.storageFault;
});

const model = (id: string, revision = 'main'): HubRepo => ({ kind: 'model', id, revision });
const settings = (more = {}) => settingsFor(hub, cache, more);
const open = (id: string, revision?: string, more = {}) =>
  openHubModel(model(id, revision), { settings: settings(more) });
const read = (path: string) => readFileSync(join(cache, path), 'utf8');
const tiny = (path: string) => join(cache, 'models--desk--tiny', path);
const filesOf = (folder: string) => readdirSync(folder, { recursive: true }).sort();

test('takes what a model needs and nothing else, laid out as the Python client does', async () => {
  const { commit, folder } = await open('desk/tiny');
  expect(commit).toBe(commits.first);
  expect(folder).toBe(tiny(`snapshots/${commits.first}`));
  expect(filesOf(folder)).toEqual([
    'chat_template.jinja',
    'config.json',
    'generation_config.json',
    'model.safetensors',
    'tokenizer.json',
    'tokenizer_config.json',
  ]);
  expect(readlinkSync(join(folder, 'model.safetensors'))).toBe(`../../blobs/${sha256Of(weights)}`);
  const config = Buffer.from('{"model_type":"qwen3"}');
  expect(readlinkSync(join(folder, 'config.json'))).toBe(`../../blobs/${sha1Of(config)}`);
  expect(readFileSync(join(folder, 'model.safetensors'))).toEqual(weights);
  expect(read('models--desk--tiny/refs/main')).toBe(commits.first);
  const tree = JSON.parse(read(`models--desk--tiny/trees/${commits.first}.json`)) as {
    files: Record<string, object>;
  };
  expect(Object.keys(tree.files)).toHaveLength(10);
  expect(tree.files['model.safetensors']).toMatchObject({
    size: weights.length,
    lfs_sha256: sha256Of(weights),
    lfs_size: weights.length,
  });
  expect(readdirSync(tiny('blobs')).filter((name) => name.endsWith('incomplete'))).toEqual([]);
});

test('looks a branch up each time, and asks nothing for a commit that is there', async () => {
  await open('desk/tiny');
  hub.requests.length = 0;
  await open('desk/tiny');
  expect(hub.requests).toEqual(['GET /api/models/desk/tiny/revision/main']);
  hub.requests.length = 0;
  await open('desk/tiny', commits.first);
  expect(hub.requests).toEqual([]);
});

test('another revision shares the blobs that are the same', async () => {
  await open('desk/tiny');
  hub.requests.length = 0;
  const { folder } = await open('desk/tiny', 'refs/pr/1');
  expect(readFileSync(join(folder, 'config.json'), 'utf8')).toContain('qwen2');
  expect(hub.requests.filter((request) => request.includes('resolve'))).toEqual([
    `GET /desk/tiny/resolve/${commits.second}/config.json`,
    `GET /api/resolve-cache/models/desk/tiny/${commits.second}/config.json`,
  ]);
  expect(read('models--desk--tiny/refs/refs/pr/1')).toBe(commits.second);
});

test('of a model in shards, the index and its shards', async () => {
  const { folder } = await open('desk/shards');
  expect(filesOf(folder)).toEqual([
    'config.json',
    'model-00001-of-00002.safetensors',
    'model-00002-of-00002.safetensors',
    'model.safetensors.index.json',
    'tokenizer.json',
  ]);
});

test('the token goes to the hub and not to its storage', async () => {
  const from = { text: token, from: 'HF_TOKEN' };
  await open('desk/private', 'main', { token: () => from });
  const sent = hub.requests.map((request, i) => [request.startsWith('storage'), hub.tokens[i]]);
  expect(new Set(sent.map(String))).toEqual(new Set([`false,Bearer ${token}`, 'true,']));
});

test('tells how far it is', async () => {
  await open('desk/tiny');
  expect(told[0]).toMatchObject({ of: 'desk/tiny', files: { done: 0, all: 6 } });
  const all = { done: 6, all: 6 };
  expect(told.at(-1)).toMatchObject({ files: all, bytes: told[0]!.total, end: 'done' });
});

test('two at once fetch a file once', async () => {
  await Promise.all([open('desk/tiny'), open('desk/tiny')]);
  const asked = hub.requests.filter((request) => request.startsWith('storage'));
  expect(asked).toHaveLength(2); // weights and tokenizer
});

/** Breaks the answer off after a part of the bytes, so often. */
function breakOff(times: number, path = sha256Of(weights)): void {
  let left = times;
  hub.storageFault = (request, response) => {
    if (!request.url!.endsWith(path) || left-- <= 0) return false;
    const from = Number(/\d+/.exec(request.headers.range ?? '0')![0]);
    const part = weights.subarray(from, from + 50_000);
    response.writeHead(from > 0 ? 206 : 200, {
      'content-length': weights.length - from,
      'content-range': `bytes ${from}-${weights.length - 1}/${weights.length}`,
    });
    response.write(part, () => response.destroy());
    return true;
  };
}

test('goes on where the connection broke off', async () => {
  breakOff(4);
  const { folder } = await open('desk/tiny');
  expect(readFileSync(join(folder, 'model.safetensors'))).toEqual(weights);
});

test('says what came where it breaks off for good, and goes on from there another time', async () => {
  hub.storageFault = (request, response) => {
    if (!request.url!.endsWith(sha256Of(weights))) return false;
    if (request.headers.range !== undefined) return Boolean(response.destroy());
    response.writeHead(200, { 'content-length': weights.length });
    response.write(weights.subarray(0, 150_000), () => response.destroy());
    return true;
  };
  const sentence = await refusal(() => open('desk/tiny'), cache);
  expect(sentence).toMatch(
    /^'model\.safetensors' of 'desk\/tiny' broke off after (150 kB|[\d.]+ kB) of 300 kB from 127\.0\.0\.1:\d+: .+\n {2}what came is kept: the same again goes on from there$/,
  );
  expect(readdirSync(tiny(`snapshots/${commits.first}`))).not.toContain('model.safetensors');
  const ranges: (string | undefined)[] = [];
  hub.storageFault = ({ url, headers }) => {
    if (url!.endsWith(sha256Of(weights))) ranges.push(headers.range);
    return false;
  };
  const { folder } = await open('desk/tiny');
  expect(ranges).toHaveLength(1);
  expect(Number(/\d+/.exec(ranges[0]!)![0])).toBeGreaterThan(0);
  expect(readFileSync(join(folder, 'model.safetensors'))).toEqual(weights);
});

test('bytes that are not what the hub lists are refused and thrown away', async () => {
  const other = Buffer.from(weights);
  other[5] = 0;
  hub.storageFault = (request, response) => {
    if (!request.url!.endsWith(sha256Of(weights))) return false;
    response.writeHead(200, { 'content-length': other.length }).end(other);
    return true;
  };
  expect(await refusal(() => open('desk/tiny'), cache)).toBe(
    `'model.safetensors' of 'desk/tiny' is not what ${new URL(hub.url).host} lists: expected SHA-256 ${sha256Of(weights)}, got ${sha256Of(other)}\n` +
      '  what came was thrown away; try again, and look for a proxy or mirror that changes files',
  );
  hub.storageFault = (request, response) => {
    if (!request.url!.endsWith(sha256Of(weights))) return false;
    response.writeHead(200).end('<html>Please log in</html>');
    return true;
  };
  expect(await refusal(() => open('desk/tiny'), cache)).toContain(
    'broke off after 26 bytes of 300 kB',
  );
  hub.storageFault = (request, response) => {
    if (!request.url!.endsWith(sha256Of(weights))) return false;
    response.writeHead(200, { 'content-length': 26 }).end('<html>Please log in</html>');
    return true;
  };
  expect(await refusal(() => open('desk/tiny'), cache)).toContain(
    'expected 300,000 bytes, got 26 bytes',
  );
  delete hub.storageFault;
  const { folder } = await open('desk/tiny');
  expect(readFileSync(join(folder, 'model.safetensors'))).toEqual(weights);
});

test('a file in the cache that was cut short is fetched again', async () => {
  await open('desk/tiny');
  writeFileSync(tiny(`blobs/${sha256Of(weights)}`), weights.subarray(0, 9));
  const { folder } = await open('desk/tiny', commits.first);
  expect(readFileSync(join(folder, 'model.safetensors'))).toEqual(weights);
});

test('a busy hub is asked again', async () => {
  let busy = 2;
  hub.fault = (_, response) => {
    if (busy-- <= 0) return false;
    response.writeHead(503).end();
    return true;
  };
  await open('desk/tiny');
});

test('names that would leave the cache are not taken', async () => {
  const evil = '../../../evil/config.json';
  const file = { type: 'file', oid: sha1Of(Buffer.from('x')), size: 1 };
  hub.fault = (request, response) => {
    if (!request.url!.includes('/tree/')) return false;
    const list = [evil, 'config.json', 'model.safetensors', 'chat_template\u001b[2J']
      .map((path) => ({ ...file, path }))
      .concat([{ ...file, path: 'tokenizer.json', oid: '../../../x' }]);
    response.end(JSON.stringify(list));
    return true;
  };
  expect(await refusal(() => open('desk/tiny'), cache)).toContain('expected 1 byte, got 22 bytes');
  expect(hub.requests.filter((request) => /evil|template|tokenizer/.test(request))).toEqual([]);
});

test('uses the cache, and says so, where the hub cannot be reached', async () => {
  await open('desk/tiny');
  const closed = await startHub([]);
  await closed.close();
  const { commit } = await openHubModel(model('desk/tiny'), {
    settings: settingsFor(closed, cache),
  });
  expect(commit).toBe(commits.first);
  expect(notices.join()).toMatch(
    /^127\.0\.0\.1:\d+ could not be reached for 'desk\/tiny': connect ECONNREFUSED 127\.0\.0\.1:\d+; using commit aaaaaaaa from the cache$/,
  );
});

test('a silent server is given up', async () => {
  hub.fault = () => true;
  expect(await refusal(() => open('desk/tiny', 'main', { patienceMs: 20 }))).toContain(
    "could not be reached for 'desk/tiny': no answer in 0.02 s",
  );
});

test('offline, a model that transformers fetched is found, and half of one is not taken', async () => {
  // As huggingface_hub 2.4 leaves it after transformers loaded a model: no list of all files.
  const files: Record<string, Buffer> = {
    'config.json': Buffer.from('{}'),
    'model-00001-of-00002.safetensors': Buffer.from('1'),
    'model-00002-of-00002.safetensors': Buffer.from('2'),
    'model.safetensors.index.json':
      shelf[1]!.commits[commits.first]!['model.safetensors.index.json']!,
    'tokenizer.json': Buffer.from('{}'),
  };
  const folder = join(cache, 'models--desk--shards');
  for (const [name, body] of Object.entries(files)) {
    const path = join(folder, 'snapshots', commits.first, name);
    for (const each of [dirname(path), join(folder, 'blobs'), join(folder, 'refs')])
      mkdirSync(each, { recursive: true });
    writeFileSync(join(folder, 'blobs', sha1Of(body)), body);
    symlinkSync(`../../blobs/${sha1Of(body)}`, path);
  }
  writeFileSync(join(folder, 'refs/main'), commits.first);
  const found = await open('desk/shards', 'main', { offline: true });
  expect(found.paths).toHaveLength(5);
  expect(hub.requests).toEqual([]);
  rmSync(join(found.folder, 'model-00002-of-00002.safetensors'));
  expect(await refusal(() => open('desk/shards', 'main', { offline: true }))).toBe(
    "the cache has 'desk/shards' in part only: model-00002-of-00002.safetensors did not come, or not whole\n" +
      '  unset HF_HUB_OFFLINE and try again, which downloads what is missing',
  );
  rmSync(join(found.folder, 'tokenizer.json'));
  expect(await refusal(() => open('desk/shards', 'main', { offline: true }))).toContain(
    "the cache has 'desk/shards' in part only: config.json, model-00001-of-00002.safetensors, ",
  );
});
