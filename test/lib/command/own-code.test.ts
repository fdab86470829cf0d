/** Recipes, rewards and rows of one's own by file: what a job becomes, and what is refused. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { parseJob, resolveJob } from '../../../lib/command/job.ts';
import { completionsFor, helpFor } from '../../../lib/command/own-help.ts';
import type { Scope } from '../../../lib/code/live.ts';
import type { Recipe } from '../../../lib/recipe/recipe.ts';
import { bradleyTerry } from '../../../lib/recipe/bradley-terry.ts';
import { jobText } from '../../../lib/train/job-file.ts';
import { runJob } from '../../../lib/worker/run-job.ts';
import { train } from '../../../lib/worker/train.ts';
import { refusal } from '../refusal.ts';
import { temporaryFolder } from '../temporary.ts';
import { collect, lasting, microPairs, microRun, type MicroRun } from '../train/micro-run.ts';

const folder = temporaryFolder();
/** Its name, 'rewardlab', has a meaning in processes of its own only. */
const library = join(import.meta.dirname, '../../../lib/index.ts');
let micro: MicroRun;
beforeAll(async () => {
  micro = await microRun(folder);
});
const write = (name: string, text: string): Promise<void> => writeFile(join(folder, name), text);
beforeEach(async () => {
  await write('reward.ts', 'export const exact = () => 1;\nexport default () => 0;');
  await write('rows.ts', `export const pairs = () => ${JSON.stringify(microPairs(20, 1))};`);
  await write(
    'recipe.ts',
    `import { defineRecipe, ops as t, pairRewards, pairRows, z } from '${library}';
enum Side { chosen, rejected }
export const ahead = defineRecipe({
  name: 'ahead',
  rows: pairRows,
  options: z.object({ enough: z.number().default(1).describe('no loss above this') }),
  loss(model, batch, { enough }) {
    const rewards = pairRewards(model, batch);
    const difference = t.sub(rewards[Side.chosen], rewards[Side.rejected]);
    return { loss: t.mul(t.sum(t.max(t.sub(enough, difference), 0)), batch.scale), metrics: {} };
  },
});
export const nothing = { name: 'nothing' };`,
  );
});

const place = { cwd: folder };
const data = () => ['--model', 'model', '--train', 'train.parquet', '--threads', '2'];
const resolve = (...words: string[]) => resolveJob(words, place);
const refused = (...words: string[]) => refusal(() => resolve(...words), folder);

test('a reward by file and export, in flags and in the words of VERL', async () => {
  const flags = await resolve('pairwise', ...data(), '--reward', './reward.ts#exact');
  const reference = { use: 'reward', path: join(folder, 'reward.ts'), export: 'exact' };
  expect(flags.job.code).toEqual([
    { ...reference, sha256: expect.stringMatching(/^\w{64}$/) as string },
  ]);
  expect(flags.job.options).toMatchObject({
    reward: `${folder}/reward.ts#exact`,
    reward_timeout: 30,
  });
  expect(flags.live).toEqual({});
  const verl = await resolve(
    ...['pairwise', ...data(), 'custom_reward_function.path=reward.ts'],
    'custom_reward_function.name=exact',
  );
  expect(verl.job.code).toEqual(flags.job.code);
  const plain = await resolve('pairwise', ...data(), 'custom_reward_function.path=null');
  expect(plain.job.code).toBeUndefined();
  expect(jobText(flags.job, join(folder, 'runs', 'a'), folder)).toContain(
    'reward: ../../reward.ts#exact\n',
  );
});

test('a job file keeps the reward; an edited one is told of', async () => {
  const { job } = await resolve('pairwise', ...data(), '--reward', './reward.ts');
  await write('again.yaml', jobText(job, folder, folder));
  const same = await resolve('again.yaml');
  expect(same.job.code).toEqual(job.code);
  expect(same.job.notes).toBeUndefined();
  await write('reward.ts', 'export default () => 2;');
  const edited = await resolve('again.yaml');
  expect(edited.job.code).not.toEqual(job.code);
  expect(edited.job.notes?.map((note) => note.replace(/'.*\//, "'"))).toEqual([
    "'reward.ts' has changed since this job was first started",
  ]);
});

test('rewards that cannot be found', async () => {
  expect(await refused('pairwise', ...data(), '--reward', './none.ts')).toMatchInlineSnapshot(`
    "pairwise cannot use these options
      --reward: no such file 'none.ts'
      pairwise --help lists them all"
  `);
  expect(await refused('pairwise', ...data(), '--reward', './reward.py')).toMatchInlineSnapshot(`
    "pairwise cannot use these options
      --reward: expected a TypeScript or JavaScript module such as ./reward.ts, got './reward.py'
      pairwise --help lists them all"
  `);
  expect(await refused('pairwise', ...data(), '--reward', 'myReward')).toMatchInlineSnapshot(`
    "pairwise cannot use these options
      --reward: unknown reward 'myReward'; known: exact
      pairwise --help lists them all"
  `);
  expect(await refused('bradley-terry', ...data(), '--reward', 'reward.ts')).toMatchInlineSnapshot(`
    "bradley-terry cannot use these options
      --reward: no such option
      bradley-terry --help lists them all"
  `);
});

test('a recipe of a file trains in the job, from a job file too', async () => {
  const words = ['--output-dir', 'ahead-run', '--enough', '2', '--max-steps', '2'];
  const { job, live } = await resolve('./recipe.ts#ahead', ...data(), ...words);
  expect(live).toEqual({});
  expect(job).toMatchObject({ recipe: 'ahead', options: { enough: 2 } });
  expect(job.code).toMatchObject([
    { use: 'recipe', path: join(folder, 'recipe.ts'), export: 'ahead' },
  ]);
  const events = await collect(runJob(job));
  expect(events.at(-1)).toMatchObject({ type: 'end', reason: 'done', step: 2 });
  const again = await resolve('ahead-run/job.yaml', '--output-dir', 'ahead-again');
  expect(lasting(await collect(runJob(again.job)))).toEqual(lasting(events));
  const yaml = await readFile(join(folder, 'ahead-run', 'job.yaml'), 'utf8');
  expect(yaml).toContain('recipe: ahead\n');
});

test('recipes that cannot be found or are none', async () => {
  expect(await refused('./none.ts', ...data())).toMatchInlineSnapshot(`"no such file 'none.ts'"`);
  expect(await refused('./recipe.ts', ...data())).toMatchInlineSnapshot(`
    "'recipe.ts' has no default export; it exports: ahead, nothing
      name the one to use: recipe.ts#ahead"
  `);
  expect(await refused('./recipe.ts#nothing', ...data())).toMatchInlineSnapshot(`
    "'nothing' of 'recipe.ts' is an object without options, survey, batches, loss, expected a recipe
      make it with defineRecipe({ name, rows, loss })"
  `);
  expect(await refused('./recipe.ts#ahead', ...data(), '--enogh', '1')).toMatchInlineSnapshot(`
    "ahead cannot use these options
      --enogh: no such option; did you mean --enough?
      ahead --help lists them all"
  `);
  await write(
    'named.ts',
    "import { ahead } from './recipe.ts'; export default { ...ahead, name: '../x' };",
  );
  expect(await refused('./named.ts', ...data())).toMatchInlineSnapshot(`
    "the recipe './named.ts' calls itself '../x'
      a name is made of letters, digits, - and _"
  `);
});

test('rows of a module become a file of the run', async () => {
  const words = ['bradley-terry', '--model', 'model', '--threads', '2', '--max-steps', '2'];
  const own = [
    'data.custom_cls.path=rows.ts',
    'data.custom_cls.name=pairs',
    '--output-dir',
    'rows-run',
  ];
  const { job, live } = await resolve(...words, ...own);
  expect(job.train).toEqual([join(folder, 'rows-run', 'train.parquet')]);
  const events = await collect(runJob(job, { live }));
  const files = await resolve(...words, '--train', 'train.parquet', '--output-dir', 'file-run');
  expect(lasting(events)).toEqual(lasting(await collect(runJob(files.job))));
  const replayed = await parseJob(['rows-run/job.yaml', '--output-dir', 'replayed'], place);
  expect(lasting(await collect(runJob(replayed)))).toEqual(lasting(events));
});

test('rows that are none, and a job that does not begin leaves nothing behind', async () => {
  const words = ['bradley-terry', '--model', 'model', '--output-dir', 'no-run', '--dataset'];
  expect(await refused(...words, 'rows.ts#pears')).toMatchInlineSnapshot(`
    "bradley-terry cannot use these options
      --dataset: unknown export of 'rows.ts' 'pears'; known: pairs; did you mean 'pairs'?
      bradley-terry --help lists them all"
  `);
  expect(await refused(...words, 'rows.ts#pairs', '--train', 'train.parquet'))
    .toMatchInlineSnapshot(`
    "bradley-terry cannot use these options
      --dataset: takes the place of --train, which is given too
      bradley-terry --help lists them all"
  `);
  const broken = async (text: string): Promise<string> => {
    await write('broken.ts', `export default ${text}`);
    return refusal(async () => {
      const { job, live } = await resolve(...words, 'broken.ts');
      await collect(runJob(job, { live }));
    }, folder);
  };
  expect(await broken('3')).toMatchInlineSnapshot(`
    "bradley-terry cannot use these options
      --dataset: 'broken.ts' is a number, expected rows: an array of objects, something to iterate over, or a view
      bradley-terry --help lists them all"
  `);
  expect(await broken('[{ chosen: "a", rejected: "b" }, "row"]')).toMatchInlineSnapshot(
    `"row 1 of 'broken.ts' is a string, expected an object of columns"`,
  );
  expect(await broken('[{ chosen: () => 1 }]')).toMatchInlineSnapshot(
    `"row 0 of 'broken.ts' holds a function in its column 'chosen', expected data"`,
  );
  expect(await broken('[]')).toMatchInlineSnapshot(`"'broken.ts' has no rows"`);
  expect(
    await broken('function* () { yield { chosen: "a" }; throw new RangeError("no more") }').catch(
      String,
    ),
  ).toMatchInlineSnapshot(`"RangeError: no more"`);
  expect(await broken('[{ chosen: 1 }, { chosen: "a" }]')).toMatchInlineSnapshot(
    `"cannot write 'no-run/train.parquet': column 'chosen' holds both BIGINT and VARCHAR"`,
  );
  await expect(readFile(join(folder, 'no-run'))).rejects.toThrow('ENOENT');
});

test('train() takes the things themselves', async () => {
  const settings = { model: micro.model, batch_size: 4, threads: 2, max_steps: 2 };
  const mine: Recipe = { ...bradleyTerry, name: 'mine' };
  const result = await train(
    { ...settings, recipe: mine, train: microPairs(20, 1), validation: microPairs(7, 2) },
    place,
  );
  const shipped = await train(
    { ...settings, recipe: 'bradley-terry', train: micro.train, validation: micro.validation },
    place,
  );
  expect(result.validation).toEqual(shipped.validation);
  expect(result.run).toBe(join(folder, 'runs', 'mine-001'));
});

test('help and completion know a session', async () => {
  const values = new Map<string, unknown>([
    ['mine', { ...bradleyTerry, name: 'other' }],
    ['judge', () => 1],
    ['pairs', microPairs(2, 1)],
  ]);
  const scope: Scope = {
    names: () => Promise.resolve([...values.keys()]),
    value: (name) => Promise.resolve(values.get(name)),
  };
  expect(await helpFor('mine', { ...place, scope })).toContain('--center-rewards-coefficient');
  expect(await helpFor('recipe.ts#ahead', place)).toContain('no loss above this (default 1)');
  expect(await helpFor(undefined, { ...place, scope })).toContain('\n  mine ');
  expect(await refusal(() => helpFor('min', { ...place, scope }))).toMatchInlineSnapshot(`
    "unknown recipe 'min'; known: bradley-terry, sft, pairwise, pointwise, mine
      did you mean 'mine'?"
  `);
  expect(await completionsFor('mi', { scope })).toEqual(['mine']);
  expect(await completionsFor('mine --cent', { scope })).toEqual(['--center-rewards-coefficient']);
  expect(await completionsFor('pairwise --reward ', { scope })).toEqual(['exact', 'judge']);
  expect(await completionsFor('pairwise --dataset ', { scope })).toEqual(['pairs']);
  expect(await refusal(() => resolveJob(['pairs', ...data()], { ...place, scope })))
    .toMatchInlineSnapshot(`
    "'pairs' is an array, expected a recipe
      make it with defineRecipe({ name, rows, loss })"
  `);
});
