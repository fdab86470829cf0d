/** The history on disk: whole cells, bounded, shared, private. */
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { historyFile, historyPath } from '../../repl/history-file.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rewardlab-history-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('keeps cells of several lines whole, in a file of its owner alone', async () => {
  const path = join(folder, 'deep', 'history.jsonl');
  const file = historyFile(path);
  expect(await file.load()).toEqual([]);
  void file.append('a\nb');
  await file.append('c');
  expect(await historyFile(path).load()).toEqual(['a\nb', 'c']);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(await readdir(join(folder, 'deep'))).toEqual(['history.jsonl']);
});

test('two terminals keep each other’s cells', async () => {
  const path = join(folder, 'history.jsonl');
  const [one, two] = [historyFile(path), historyFile(path)];
  await one.append('a');
  await two.append('b');
  await one.append('c');
  expect(await two.load()).toEqual(['a', 'b', 'c']);
});

test('keeps the last 1,000, and leaves damaged lines out', async () => {
  const path = join(folder, 'history.jsonl');
  const lines = Array.from({ length: 1500 }, (_, i) =>
    i % 500 === 499 ? '{oops' : JSON.stringify(String(i)),
  );
  await writeFile(path, lines.join('\n'));
  const file = historyFile(path);
  await file.append('new');
  const entries = await file.load();
  expect([entries.length, entries.at(0), entries.at(-1)]).toEqual([1000, '498', 'new']);
});

test('a folder that cannot be written costs the history, not the session', async () => {
  const path = join(folder, 'file', 'history.jsonl');
  await writeFile(join(folder, 'file'), '');
  const file = historyFile(path);
  await file.append('a');
  expect(await file.load()).toEqual([]);
});

test.each([
  [{ XDG_STATE_HOME: '/state' }, /^\/state\/rewardlab\/history\.jsonl$/],
  [{ XDG_STATE_HOME: 'relative' }, /\.local\/state\/rewardlab\/history\.jsonl$/],
  [{}, /\.local\/state\/rewardlab\/history\.jsonl$/],
])('lies in the state folder: %j', (env, expected) => {
  expect(historyPath(env)).toMatch(expected);
});
