/** `rewardlab export`: what was written on stdout, what was left out on stderr. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { exportCommand } from '../../bin/commands/export.ts';
import { temporaryFolder } from '../lib/temporary.ts';

const folder = temporaryFolder();
const rows = ['Name a river.', 'Name a lake.', 'Name a\u001b[31m hill.'].map((prompt, i) => ({
  ...{ prompt, response_1: 'a', response_2: i === 2 ? '' : 'b' },
  preference_strength: i - 1,
}));
writeFileSync(join(folder, 'rows.jsonl'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));

async function run(...words: string[]): Promise<{ code: number; out: string; said: string }> {
  let [out, said] = ['', ''];
  const into = (take: (text: string) => void): Writable =>
    new Writable({
      write: (chunk: Buffer, _, done) => {
        take(chunk.toString());
        done();
      },
    });
  const streams = { stdout: into((text) => (out += text)), stderr: into((text) => (said += text)) };
  const code = await exportCommand(words, streams);
  return { code, out: out.replaceAll(folder, '.'), said };
}

test('a line a part', async () => {
  const split = ['--split', 'train=0.5,test=0.5', '--formats', 'parquet', 'jsonl'];
  const found = await run(join(folder, 'rows.jsonl'), '--output-dir', folder, ...split);
  expect(found).toEqual({
    code: 0,
    out: [
      'helpsteer2-pairwise to judge: 2 rows used (1 left out)',
      '  train  2 rows  1 prompt  tie: 2      ./helpsteer2_pairwise_train.parquet ./helpsteer2_pairwise_train.jsonl',
      '  test   2 rows  1 prompt  A: 1, B: 1  ./helpsteer2_pairwise_test.parquet ./helpsteer2_pairwise_test.jsonl',
      '',
    ].join('\n'),
    said: 'empty answer: 1 row (2); row 2: found an empty text\n',
  });
});

test('one JSON object', async () => {
  const { out } = await run(
    join(folder, 'rows.jsonl'),
    ...['--output-dir', folder, '--to', 'bradley-terry', '--name', 'pairs', '--json'],
  );
  expect(JSON.parse(out)).toEqual({
    ...{ from: 'helpsteer2-pairwise', to: 'bradley-terry', read: 3, used: 1 },
    dropped: { tie: 1, 'empty answer': 1 },
    parts: [{ rows: 1, prompts: 1, labels: {}, files: ['./pairs.parquet'] }],
    notes: [
      'tie: 1 row (1); row 1: neither answer is better',
      'empty answer: 1 row (2); row 2: found an empty text',
    ],
  });
});

test('help names every format and every target', async () => {
  const { out } = await run('--help');
  for (const name of ['rmb-best-of-n', 'generic', 'bradley-terry', '--preserve-structure'])
    expect(out).toContain(`  ${name}`);
});
