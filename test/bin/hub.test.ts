/** The command line with a model and rows of a hub: RewardBench 2's layout, judged; a run, and its record. */
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeParquet } from '../../lib/data/write.ts';
import { ownArguments } from '../../lib/own-process.ts';
import { startHub, type FakeHub } from '../lib/hub/fake-hub.ts';
import { commits, token } from '../lib/hub/shelf.ts';
import { temporaryFolder } from '../lib/temporary.ts';

const root = temporaryFolder();
const notebooks = join(import.meta.dirname, '../../notebooks');
let hub: FakeHub;

beforeAll(async () => {
  const rows = ['Safety', 'Math'].map((subset, i) => ({
    ...{ id: String(i), subset, prompt: 'How long may a book be borrowed?' },
    ...{ chosen: ['Three weeks.'], rejected: ['A year.', 'Forever.', 'Ask a dog.'] },
  }));
  const files: Record<string, Buffer> = {};
  for (const [i, row] of rows.entries()) {
    const name = `test-0000${i}-of-00002.parquet`;
    await writeParquet(join(root, name), [row]);
    files[`data/${name}`] = readFileSync(join(root, name));
  }
  const model = join(notebooks, 'model');
  const names = readdirSync(model);
  const pairs = join(root, 'pairs.parquet');
  const pair = { prompt: 'Is it open?', chosen: 'Yes, until five.', rejected: 'Go away.' };
  await writeParquet(pairs, [pair, { ...pair, prompt: 'Is it open today?' }]);
  const refs = { main: commits.first };
  hub = await startHub([
    {
      ...{ kind: 'model', id: 'desk/judge', refs, token, gated: true },
      commits: {
        [commits.first]: Object.fromEntries(
          names.map((name) => [name, readFileSync(join(model, name))]),
        ),
      },
    },
    { ...{ kind: 'dataset', id: 'desk/bench', refs }, commits: { [commits.first]: files } },
    {
      ...{ kind: 'dataset', id: 'desk/pairs', refs },
      commits: { [commits.first]: { 'pairs.parquet': readFileSync(pairs) } },
    },
  ]);
});
afterAll(() => hub.close());

async function rewardlab(words: readonly string[], more: Record<string, string> = {}) {
  const env = {
    ...process.env,
    ...{ HF_ENDPOINT: hub.url, HF_HUB_CACHE: join(root, 'cache'), HF_TOKEN: token },
    ...more,
  };
  const args = [...ownArguments('bin/rewardlab'), ...words];
  const done = promisify(execFile)(process.execPath, args, { cwd: root, env });
  return done.catch((error: unknown) => error as { stdout: string; stderr: string });
}

test('evaluate reads the judge and the benchmark from the hub, and says nothing else in a pipe', async () => {
  const data = 'hf://datasets/desk/bench/data/test-*.parquet';
  const words = ['evaluate', 'desk/judge', '--data', data, '--max-tokens', '4', '--json'];
  words.push('--task', 'Judge.', '--rubric', '');
  const { stdout, stderr } = await rewardlab(words);
  expect(stderr).toBe('');
  expect(JSON.parse(stdout)).toMatchObject({ rows: 2 });
  const offline = await rewardlab(words, { HF_HUB_OFFLINE: '1', HF_TOKEN: '' });
  expect(offline.stdout).toBe(stdout);
});

test('train keeps names and commits in its run folder, and no token', async () => {
  const words = 'train bradley-terry --model desk/judge --train hf://datasets/desk/pairs';
  await rewardlab([...words.split(' '), '--max-steps', '1', '--output-dir', 'run']);
  const run = join(root, 'run');
  const job = readFileSync(join(run, 'job.yaml'), 'utf8');
  expect(job).toContain(`model: desk/judge@${commits.first} # typed as desk/judge\n`);
  const environment = readFileSync(join(run, 'environment.json'), 'utf8');
  const { sha256 } = JSON.parse(environment) as { sha256: Record<string, string> };
  const data = Object.keys(sha256).find((path) => path.endsWith('pairs.parquet'));
  expect(sha256[data!]).toMatch(/^[0-9a-f]{64}$/);
  for (const name of readdirSync(run, { recursive: true, withFileTypes: true }))
    if (name.isFile())
      expect(readFileSync(join(name.parentPath, name.name)).includes(token)).toBe(false);
  const again = await rewardlab(['train', join('run', 'job.yaml'), '--output-dir', 'again'], {
    HF_HUB_OFFLINE: '1',
  });
  expect(again.stderr).toContain('done');
  const metrics = (folder: string) =>
    readFileSync(join(root, folder, 'metrics.jsonl'), 'utf8')
      .split('\n')
      .filter((line) => line.includes('"step"'))
      .map((line) => (JSON.parse(line) as { metrics?: { loss: number } }).metrics?.loss);
  expect(metrics('again')).toEqual(metrics('run'));
});

test('without a token the gate is named', async () => {
  mkdirSync(join(root, 'other'));
  const words = [
    'score',
    'desk/judge',
    '--data',
    'hf://datasets/desk/pairs',
    '--output',
    'x.jsonl',
  ];
  const { stderr } = await rewardlab(words, {
    ...{ HF_TOKEN: '', HF_HOME: join(root, 'other'), HF_HUB_CACHE: join(root, 'other/hub') },
  });
  expect(stderr).toContain(
    "'desk/judge' is gated: its owners give access to those who ask for it\n",
  );
});
