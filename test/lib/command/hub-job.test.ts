/** A job whose model and rows are on a hub: what is asked when, and what job.yaml keeps of it. */
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { parseJob } from '../../../lib/command/job.ts';
import { splitWords } from '../../../lib/command/words.ts';
import { adapterText, readAdapterFile } from '../../../lib/model/adapter-config.ts';
import { readConfig } from '../../../lib/model/config.ts';
import { resolveModel } from '../../../lib/model/hub.ts';
import { saveModel } from '../../../lib/model/save.ts';
import { loadEncoder } from '../../../lib/text/encoder.ts';
import { jobRecord, jobText, readJobFile } from '../../../lib/train/job-file.ts';
import { startHub, type FakeHub } from '../hub/fake-hub.ts';
import { commits, token } from '../hub/shelf.ts';
import { refusal } from '../refusal.ts';
import { temporaryFolder } from '../temporary.ts';
import { microRun } from '../train/micro-run.ts';

const root = temporaryFolder();
const cwd = join(root, 'project');
const cache = join(root, 'cache');
const snapshot = join(cache, 'models--desk--micro/snapshots', commits.first);
const rows = join(cache, 'datasets--desk--pairs/snapshots', commits.second, 'data/train.parquet');
let hub: FakeHub;

beforeAll(async () => {
  mkdirSync(cwd);
  await microRun(cwd);
  const model = Object.fromEntries(
    readdirSync(join(cwd, 'model')).map((name) => [name, readFileSync(join(cwd, 'model', name))]),
  );
  const refs = { main: commits.first, v1: commits.first };
  hub = await startHub([
    { kind: 'model', id: 'desk/micro', refs, commits: { [commits.first]: model } },
    {
      kind: 'model',
      id: 'desk/adapter',
      refs: { main: commits.second },
      commits: {
        [commits.second]: {
          'adapter_config.json': Buffer.from(
            adapterText({
              lowRank: { r: 2, alpha: 4, targets: ['q_proj'] },
              ...{ base: 'desk/micro', revision: 'v1', head: 'reward' },
            }),
          ),
          'adapter_model.safetensors': Buffer.from('weights'),
          'README.md': Buffer.from('#'),
        },
      },
    },
    {
      kind: 'dataset',
      id: 'desk/pairs',
      refs: { main: commits.second },
      commits: {
        [commits.second]: { 'data/train.parquet': readFileSync(join(cwd, 'train.parquet')) },
      },
    },
  ]);
  vi.stubEnv('HF_ENDPOINT', hub.url);
  vi.stubEnv('HF_HUB_CACHE', cache);
  vi.stubEnv('HF_TOKEN', token);
});
beforeEach(() => {
  hub.requests.length = 0;
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await hub.close();
});

const onHub = '--model desk/micro@v1 --train hf://datasets/desk/pairs/data/*.parquet';
const job = (line: string) => parseJob(splitWords(line), { cwd });

test('a bad option is refused before anything is asked of the hub', async () => {
  const line = `bradley-terry ${onHub} --epochs -1`;
  expect(await refusal(() => job(line))).toContain('--epochs: expected');
  expect(hub.requests).toEqual([]);
});

test('the job has paths in the cache, its record names and commits', async () => {
  const found = await job(`bradley-terry ${onHub}`);
  expect(found).toMatchObject({ model: snapshot, train: [rows] });
  const text = jobText(found, found.output, cwd);
  expect(text).toContain(`model: desk/micro@${commits.first} # typed as desk/micro@v1\n`);
  expect(text).toContain(
    `train:\n  - hf://datasets/desk/pairs@${commits.second}/data/train.parquet # typed as hf://datasets/desk/pairs/data/*.parquet\n`,
  );
  expect(text).not.toContain(token);
  expect(parse(text)).toEqual(jobRecord(found));
});

test('a replay reads the same bytes without asking, and is the same job on resume', async () => {
  const found = await job(`bradley-terry ${onHub}`);
  mkdirSync(found.output, { recursive: true });
  const file = join(found.output, 'job.yaml');
  writeFileSync(file, jobText(found, found.output, cwd));
  hub.requests.length = 0;
  const replayed = await parseJob([file], { cwd: '/' });
  expect(replayed).toMatchObject({ model: snapshot, train: [rows] });
  expect(hub.requests).toEqual([]);
  expect(await readJobFile(file)).toEqual(jobRecord(found));
  expect(jobText(replayed, replayed.output)).not.toContain('typed as');
});

test("VERL's keys and YAML name them too", async () => {
  const keys = 'actor_rollout_ref.model.path=desk/micro data.train_files=hf://datasets/desk/pairs';
  expect(await job(`bradley-terry ${keys}`)).toMatchObject({ model: snapshot, train: [rows] });
  const body = 'model: desk/micro\ntrain: hf://datasets/desk/pairs\n';
  expect(await parseJob(['bradley-terry'], { cwd, body })).toMatchObject({ model: snapshot });
});

test('a local folder wins', async () => {
  cpSync(join(cwd, 'model'), join(cwd, 'desk/micro'), { recursive: true });
  expect(await resolveModel('desk/micro', cwd)).toBe(join(cwd, 'desk/micro'));
  const found = await job('bradley-terry --model desk/micro --train train.parquet');
  expect(found.model).toBe(join(cwd, 'desk/micro'));
  expect(hub.requests).toEqual([]);
});

test('an adapter brings its base, and what is trained over one names its commit', async () => {
  const folder = await resolveModel('desk/adapter');
  expect(readdirSync(folder).sort()).toEqual(['adapter_config.json', 'adapter_model.safetensors']);
  hub.requests.length = 0;
  const config = await readConfig(folder);
  expect(config.adapter).toEqual({ r: 2, alpha: 4, targets: ['q_proj'], base: snapshot });
  expect((await loadEncoder(folder)).encode('hello')).toEqual([259]);
  const fresh = join(root, 'fresh');
  await saveModel(fresh, { config, weights: new Map(), from: snapshot });
  expect(await readAdapterFile(fresh)).toMatchObject({
    ...{ base: 'desk/micro', revision: commits.first },
  });
});

test('what is neither here nor there', async () => {
  const host = new URL(hub.url).host;
  expect(await refusal(() => resolveModel('desk/micr', cwd), cwd)).toBe(
    `no model 'desk/micr': there is no folder desk/micr, and ${host} has no model 'desk/micr' that the token in HF_TOKEN may see\n` +
      "  did you mean 'desk/micro'?",
  );
  expect(await refusal(() => job('bradley-terry --model a/b --train hf://datasets/a/b'))).toBe(
    'bradley-terry cannot use these options\n' +
      `  --train: ${host} has no dataset 'a/b' that the token in HF_TOKEN may see; look at the spelling\n` +
      '  bradley-terry --help lists them all',
  );
  expect(await refusal(() => resolveModel('https://huggingface.co/desk/micro/tree/main'))).toBe(
    "'https://huggingface.co/desk/micro/tree/main' is an address of a page\n" +
      "  name the model as 'desk/micro'",
  );
});
