/** What names mean on the hub, and which texts are none. */
import { expect, test } from 'vitest';
import { isRepoPath, modelNamed, readDataAddress, repoText } from '../../../lib/hub/name.ts';
import { refusal } from '../refusal.ts';

test.each([
  ['Qwen/Qwen3-0.6B', 'Qwen/Qwen3-0.6B', 'main'],
  ['Qwen/Qwen3-0.6B@v1.0', 'Qwen/Qwen3-0.6B', 'v1.0'],
  ['a/b@refs/pr/3', 'a/b', 'refs/pr/3'],
  ['hf://a/b@c', 'a/b', 'c'],
  ['hf://models/a/b', 'a/b', 'main'],
])('%s is a model', (text, id, revision) => {
  expect(modelNamed(text)).toEqual({ kind: 'model', id, revision });
});

test.each([
  'model',
  './model',
  '../a/b',
  '/a/b',
  'runs/x/final',
  'a/b@',
  'a/b@../../c',
  'a/..',
  'a--b/c',
  'a/b c',
  'a/-b',
  'hf://datasets/a/b',
])('%s is no model of the hub', (text) => {
  expect(modelNamed(text)).toBeUndefined();
});

test.each([
  ['hf://datasets/a/b', 'main', ''],
  ['hf://datasets/a/b/', 'main', ''],
  ['hf://datasets/a/b/data/test-*.parquet', 'main', 'data/test-*.parquet'],
  ['hf://datasets/a/b@v2/x.jsonl', 'v2', 'x.jsonl'],
  ['hf://datasets/a/b@refs/convert/parquet', 'refs/convert/parquet', ''],
  ['hf://datasets/a/b@refs/convert/parquet/d/0.parquet', 'refs/convert/parquet', 'd/0.parquet'],
  ['hf://datasets/a/b@refs%2Fpr%2F1/x.parquet', 'refs/pr/1', 'x.parquet'],
  ['hf://datasets/a/b@~parquet/d/*/*.parquet', 'refs/convert/parquet', 'd/*/*.parquet'],
])('%s', (text, revision, path) => {
  const data = readDataAddress(text);
  expect(data).toEqual({ kind: 'dataset', id: 'a/b', revision, path });
});

test.each([
  'hf://datasets/a',
  'hf://datasets/a/b@/x',
  'hf://datasets/a/b/../../c',
  'hf://datasets/a/b//c',
  'hf://a/b/c.parquet',
  'hf://spaces/a/b',
  'hf://datasets/a/b\u001b[2J/x',
])('%j is refused', async (text) => {
  expect(await refusal(() => readDataAddress(text))).toBe(
    `'${text.replace('\u001b', '')}' is no address of a dataset: expected hf://datasets/ORG/NAME, then @REVISION and /FILE where wanted\n` +
      '  for example hf://datasets/allenai/reward-bench-2/data/test-*.parquet',
  );
});

test('a repository is written as it is typed', () => {
  const model = { kind: 'model', id: 'a/b', revision: 'main' } as const;
  expect(repoText(model)).toBe('a/b');
  expect(repoText(model, 'main')).toBe('a/b');
  expect(repoText({ ...model, kind: 'dataset' }, 'v1')).toBe('hf://datasets/a/b@v1');
});

test.each(['', '/x', 'a/../b', '..', 'a\\..\\b', 'C:/x', 'a/c:x', 'a//b', 'a\u0000b'])(
  'the path %j could leave its folder',
  (path) => {
    expect(isRepoPath(path)).toBe(false);
  },
);
