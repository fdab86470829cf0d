/** The history on disk: whole, numbered, private, shared, and never in the way. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  createHistory,
  type History,
  type HistoryQuery,
} from '../../../../kernel/jupyter/history/history.ts';
import { historyPath } from '../../../../kernel/jupyter/history/place.ts';

let folder: string;
let path: string;
let troubles: string[];
const opened: History[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rewardlab-history-'));
  path = join(folder, 'state', 'history.sqlite');
  troubles = [];
});
afterEach(() => {
  for (const history of opened.splice(0)) history.close();
  rmSync(folder, { recursive: true });
});

/** A session that has run these cells. */
function session(...cells: string[]): History {
  const history = createHistory({ path, onTrouble: (sentence) => troubles.push(sentence) });
  opened.push(history);
  cells.forEach((source, i) => history.add(i + 1, source));
  return history;
}

/** A session that has ended. */
function past(...cells: string[]): void {
  session(...cells).close();
  opened.pop();
}

test('cells stay, in a file of their owner alone', () => {
  past('const a = 1', 'a +\n1');
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(statSync(join(folder, 'state')).mode & 0o777).toBe(0o700);
  expect(readdirSync(join(folder, 'state'))).toEqual(['history.sqlite']);
  expect(session().read({ hist_access_type: 'tail', n: 5 })).toEqual([
    [1, 1, 'const a = 1'],
    [1, 2, 'a +\n1'],
  ]);
});

const queries: [string, HistoryQuery, string[]][] = [
  ['the latest', { hist_access_type: 'tail', n: 3 }, ['2:3 b', '3:1 c', '3:2 a']],
  ['no more than are asked for', { hist_access_type: 'tail', n: 0 }, []],
  ['this session', { hist_access_type: 'range', session: 0 }, ['3:1 c', '3:2 a']],
  ['the one before', { hist_access_type: 'range', session: -1, start: 2 }, ['2:2 ab', '2:3 b']],
  ['a session by its number', { hist_access_type: 'range', session: 1 }, ['1:1 a']],
  ['some lines', { hist_access_type: 'range', session: 2, start: 1, stop: 3 }, ['2:1 a', '2:2 ab']],
  ['lines from the end', { hist_access_type: 'range', session: 2, start: -1 }, ['2:3 b']],
  ['up to the last', { hist_access_type: 'range', session: 2, stop: -1 }, ['2:1 a', '2:2 ab']],
  ['a session that never was', { hist_access_type: 'range', session: 9 }, []],
  ['a glob', { hist_access_type: 'search', pattern: 'a*' }, ['1:1 a', '2:1 a', '2:2 ab', '3:2 a']],
  ['the latest that fit', { hist_access_type: 'search', pattern: '?', n: 2 }, ['3:1 c', '3:2 a']],
  [
    'each text once, where it was last',
    { hist_access_type: 'search', pattern: '[ab]*', unique: true },
    ['2:2 ab', '2:3 b', '3:2 a'],
  ],
];

test.each(queries)('finds %s', (_, query, found) => {
  past('a');
  past('a', 'ab', 'b');
  const lines = session('c', 'a').read(query);
  expect(lines.map(([of, line, text]) => `${of}:${line} ${String(text)}`)).toEqual(found);
});

test('a session that has run nothing has no number, and the one before is the last', () => {
  past('a');
  past();
  const empty = session();
  expect(empty.read({ session: 0 })).toEqual([]);
  expect(empty.read({ session: -1 })).toEqual([[1, 1, 'a']]);
});

test('two kernels write into one history', () => {
  const [one, two] = [session('a'), session()];
  one.read({});
  two.add(1, 'b');
  two.read({});
  one.add(2, 'c');
  one.read({});
  expect(two.read({ hist_access_type: 'tail', n: 9 })).toEqual([
    [1, 1, 'a'],
    [1, 2, 'c'],
    [2, 1, 'b'],
  ]);
});

test('blank cells are nothing to remember', () => {
  expect(session(' \n', 'a').read({ hist_access_type: 'tail' })).toEqual([[1, 2, 'a']]);
});

test.each([
  ['is no database', () => writeFileSync(path, 'x'.repeat(5000))],
  ['is a folder', () => mkdirSync(path)],
])('a file that %s costs the history, not the kernel: one sentence', (_, spoil) => {
  mkdirSync(join(folder, 'state'));
  spoil();
  const history = session('a', 'b');
  const query = { hist_access_type: 'tail', n: 9 };
  expect(history.read(query)).toEqual([
    [1, 1, 'a'],
    [1, 2, 'b'],
  ]);
  history.add(3, 'c');
  expect(history.read(query)).toHaveLength(3);
  expect(troubles).toEqual([
    expect.stringMatching(/^the history '.*' cannot be used \(.+\); this kernel remembers its own/),
  ]);
});

test('a file that goes bad later takes no cell of this session with it', () => {
  const history = session('a');
  history.read({});
  writeFileSync(path, 'x'.repeat(9000));
  history.add(2, 'b');
  expect(history.read({ session: 0 })).toEqual([
    [1, 1, 'a'],
    [1, 2, 'b'],
  ]);
  expect(troubles).toHaveLength(1);
});

test.each([
  [{ XDG_STATE_HOME: '/state' }, /^\/state\/rewardlab\/history\.sqlite$/],
  [{ XDG_STATE_HOME: 'relative' }, /\.local\/state\/rewardlab\/history\.sqlite$/],
  [{}, /\.local\/state\/rewardlab\/history\.sqlite$/],
  [{ REWARDLAB_HISTORY: '/elsewhere.sqlite' }, /^\/elsewhere\.sqlite$/],
])('lies in the state folder, or where the person says: %j', (env, expected) => {
  expect(historyPath(env)).toMatch(expected);
});

test('is turned off by a word', () => {
  expect(historyPath({ REWARDLAB_HISTORY: 'off' })).toBeUndefined();
});
