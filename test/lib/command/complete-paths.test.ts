/** Files for a word that is being typed. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { pathsFor } from '../../../lib/command/complete-paths.ts';
import { completionsFor } from '../../../lib/command/own-help.ts';
import { temporaryFolder } from '../temporary.ts';

const folder = temporaryFolder();
mkdirSync(join(folder, 'data/deep'), { recursive: true });
for (const name of [
  'data/train.parquet',
  'data/test.parquet',
  'data/two words',
  'job.yaml',
  '.hidden',
])
  writeFileSync(join(folder, name), '');

test.each([
  ['', ['data/', 'job.yaml']],
  ['j', ['job.yaml']],
  ['./j', ['./job.yaml']],
  ['data/t', ['data/test.parquet', 'data/train.parquet']],
  ['data/', ['data/deep/', 'data/test.parquet', 'data/train.parquet']],
  ['.h', ['.hidden']],
  [`${folder}/j`, [`${folder}/job.yaml`]],
  ['nowhere/', []],
  ['data/../j', ['data/../job.yaml']],
])('%j', async (word, paths) => {
  expect(await pathsFor(word, folder)).toEqual(paths);
});

test.each([
  ['bradley-terry --train data/tr', ['data/train.parquet']],
  ['bradley-terry --train data/test.parquet data/tr', ['data/train.parquet']],
  ['bradley-terry --model d', ['data/']],
  ['bradley-terry --epochs d', []],
  ['bradley-terry --background d', []],
  ['./jo', ['./job.yaml']],
  ['bradley-terry --learning-r', ['--learning-rate']],
])('%s', async (line, matches) => {
  expect(await completionsFor(line, { cwd: folder })).toEqual(matches);
});
