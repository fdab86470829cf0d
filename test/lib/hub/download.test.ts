/** One file that is interrupted, and what is made of the part that came. */
import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { download } from '../../../lib/hub/download.ts';
import { fetchFiles } from '../../../lib/hub/fetch-files.ts';
import { showDownloads, type DownloadProgress } from '../../../lib/hub/events.ts';
import { temporaryFolder } from '../temporary.ts';
import { sha256Of, startHub, type FakeHub } from './fake-hub.ts';
import { commits, settingsFor, shelf, weights } from './shelf.ts';

const root = temporaryFolder();
const name = sha256Of(weights);
const file = { path: 'model.safetensors', size: weights.length, oid: name, pointer: '' };
const half = 150_000;
let folder: string;
let folders = 0;
let hub: FakeHub;
const ranges: (string | undefined)[] = [];

beforeAll(async () => {
  hub = await startHub(shelf);
});
afterAll(() => hub.close());
beforeEach(() => {
  folder = join(root, String(folders++));
  ranges.length = 0;
  hub.storageFault = ({ headers }) => {
    ranges.push(headers.range);
    return false;
  };
});

const blobs = () => readdirSync(join(folder, 'blobs'));
const blob = (named = name) => join(folder, 'blobs', named);
const wanted = () => ({
  ...{ repo: { kind: 'model', id: 'desk/tiny', revision: 'main' } as const, commit: commits.first },
  ...{ file, folder, onBytes: () => undefined },
});
const settings = () => settingsFor(hub, root);

/** Sends half and no more; aborted once that came. Returns the name of the part. */
async function interrupted(): Promise<string> {
  const { storageFault } = hub;
  hub.storageFault = (_, response) => {
    response.writeHead(200, { 'content-length': weights.length });
    response.write(weights.subarray(0, half));
    return true;
  };
  const control = new AbortController();
  const reason = new Error('interrupted');
  const onBytes = (bytes: number): void => {
    if (bytes === half) control.abort(reason);
  };
  const asking = { settings: settings(), signal: control.signal };
  await expect(download({ ...wanted(), onBytes }, asking)).rejects.toBe(reason);
  if (storageFault) hub.storageFault = storageFault;
  const [part] = blobs();
  return part!;
}

test('an abort keeps what came under no name of a whole file; the next goes on', async () => {
  const part = await interrupted();
  expect(part).toMatch(new RegExp(`^${name}\\..+\\.incomplete$`));
  expect(readFileSync(blob(part))).toEqual(weights.subarray(0, half));
  expect(await download(wanted(), { settings: settings() })).toBe(blob());
  expect(ranges).toEqual([`bytes=${half}-`]);
  expect(readFileSync(blob())).toEqual(weights);
  expect(blobs()).toEqual([name]);
});

/** No process has this number: it is above what Linux gives. */
const ended = 4_194_305;

test('what an ended process left is gone on with', async () => {
  const part = await interrupted();
  renameSync(blob(part), blob(part.replace(`-${process.pid}-`, `-${ended}-`)));
  await download(wanted(), { settings: settings() });
  expect(ranges).toEqual([`bytes=${half}-`]);
  expect(blobs()).toEqual([name]);
});

test('what a process that runs is writing is left alone', async () => {
  const part = await interrupted();
  const others = part.replace(`-${process.pid}-`, `-${process.ppid}-`);
  renameSync(blob(part), blob(others));
  await download(wanted(), { settings: settings() });
  expect(ranges).toEqual([undefined]);
  expect(blobs().sort()).toEqual([name, others].sort());
});

test('a part with wrong bytes is found out and begun again', async () => {
  const part = await interrupted();
  writeFileSync(blob(part), Buffer.alloc(half));
  await download(wanted(), { settings: settings() });
  expect(ranges).toEqual([`bytes=${half}-`, undefined]);
  expect(readFileSync(blob())).toEqual(weights);
});

test('a part that is longer than the file is begun again', async () => {
  const part = await interrupted();
  writeFileSync(blob(part), Buffer.alloc(weights.length + 1));
  await download(wanted(), { settings: settings() });
  expect(ranges).toEqual([undefined]);
});

test('a server without ranges sends it all', async () => {
  await interrupted();
  hub.storageFault = (_, response) => {
    response.writeHead(200, { 'content-length': weights.length }).end(weights);
    return true;
  };
  await download(wanted(), { settings: settings() });
  expect(readFileSync(blob())).toEqual(weights);
});

test('of several files, a failure ends all and is told', async () => {
  const told: DownloadProgress[] = [];
  showDownloads({ progress: (progress) => told.push(progress), notice: () => undefined });
  const { repo, commit } = wanted();
  const absent = { path: 'absent.txt', size: 3, oid: '1'.repeat(40) };
  const place = { repo, commit, folder, settings: settings() };
  await expect(fetchFiles([file, absent], place)).rejects.toThrow(
    "'desk/tiny' has no file 'absent.txt'",
  );
  expect(told.at(-1)).toMatchObject({ of: 'desk/tiny', end: 'failed' });
});
