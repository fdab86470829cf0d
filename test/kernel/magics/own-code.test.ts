/** What is the person's own, in a real session: recipes, rewards and rows of cells, and runs that go on without them. */
import { existsSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { watch } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeAll, expect, test } from 'vitest';
import type { SessionEvent } from '../../../kernel/session/events.ts';
import { readTensors } from '../../../lib/model/safetensors.ts';
import { temporaryFolder } from '../../lib/temporary.ts';
import { writeToy } from '../../lib/recipe/grpo/toy.ts';
import { microRun, type MicroRun } from '../../lib/train/micro-run.ts';
import { openSession, textOf, type TestSession } from '../session/open-session.ts';

const folder = realpathSync(temporaryFolder());
let micro: MicroRun;
let writer: string;
const sessions: TestSession[] = [];
const open = (): TestSession => {
  const session = openSession();
  sessions.push(session);
  return session;
};
beforeAll(async () => {
  micro = await microRun(folder);
  writer = (await writeToy(folder)).model;
  const path = join(writer, 'config.json');
  const config = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
  writeFileSync(path, JSON.stringify({ ...config, max_position_embeddings: 4096 }));
});
afterEach(async () => {
  for (const session of sessions.splice(0)) await session.close();
});

const run = (name: string): string => join(folder, name);
const errorOf = (events: readonly SessionEvent[]): string => {
  const error = events.find((event) => event.type === 'error');
  return error
    ? [error.message, error.hint].filter(Boolean).join('\n  ').replaceAll(`${folder}/`, '')
    : '';
};

const hinge = `
import { defineRecipe, ops as t, pairRewards, pairRows, z } from 'rewardlab';
const hinge = defineRecipe({
  name: 'hinge',
  summary: 'pairs, until the better answer is far enough ahead',
  rows: pairRows,
  options: z.object({
    enough: z.number().positive().default(1).describe('no loss above this difference'),
  }),
  loss(model, batch, { enough }) {
    const [chosen, rejected] = pairRewards(model, batch); // [examples] each
    const ahead = t.sub(chosen, rejected);
    const mean = (x) => t.mul(t.sum(x), batch.scale);
    return {
      loss: mean(t.max(t.sub(enough, ahead), 0)),
      metrics: { accuracy: mean(t.cast(t.less(0, ahead), 'float32')), margin: mean(ahead) },
    };
  },
});`;
const hingeLine = (output: string, ...more: string[]): string =>
  [
    ...['%train', 'hinge', '--model', micro.model, '--train', micro.train, '--validation'],
    ...[micro.validation, '--learning-rate', '1e-2', '--batch-size', '4', '--threads', '2'],
    ...['--epochs', '2', '--output-dir', output, ...more],
  ].join(' ');

test('a recipe of a cell trains, and its run goes on in a session that never saw it', async () => {
  const first = open();
  await first.run(hinge);
  expect(textOf(await first.run('%train hinge --help'), 'stdout')).toContain('--enough N');
  const whole = await first.run(hingeLine(run('whole'), '--enough', '2'));
  expect(errorOf(whole)).toBe('');
  expect(readFileSync(join(run('whole'), 'job.yaml'), 'utf8')).toContain('recorded: recipe\n');
  await first.run(hingeLine(run('part'), '--enough', '2', '--save-steps', '4'));
  endAt4(run('part'));

  const second = open();
  const resumed = await second.run(`%train ${run('part')}/job.yaml --resume`);
  expect(errorOf(resumed)).toBe('');
  expect(textOf(resumed, 'stdout')).toContain('done: step 10 of 10');
  expect(await weights('part')).toEqual(await weights('whole'));
  const other = `%train ${run('part')}/job.yaml --output-dir ${run('other')}`;
  const changed = await second.run(`${other} --enough 3 --batch-size 2 --seed 4 --max-steps 11`);
  expect(errorOf(changed)).toMatchInlineSnapshot(`
    "hinge cannot use these options
      --seed: hinge was recorded with its rows; to use others, run it again from the cell that defines it
      hinge --help lists them all"
  `);
  const longer = await second.run(`${other} --max-steps 11`);
  expect(errorOf(longer)).toMatchInlineSnapshot(`
    "hinge cannot use these options
      --max-steps: 'part/recipe' holds 10 steps, got 11
      hinge --help lists them all"
  `);
});

const weights = (name: string) => readTensors(join(run(name), 'final', 'model.safetensors'));

/** As if the machine had been switched off after the checkpoint of step 4. */
function endAt4(output: string): void {
  for (const name of ['final', 'global_step_8']) rmSync(join(output, name), { recursive: true });
  const metrics = join(output, 'metrics.jsonl');
  const lines = readFileSync(metrics, 'utf8').split('\n');
  const last = lines.findIndex((line) => line.includes('"checkpoint","step":4'));
  writeFileSync(metrics, lines.slice(0, last + 2).join('\n'));
}

test('a recipe of a file is found by its path, in the session and in the job', async () => {
  const session = open();
  writeFileSync(join(session.cwd, 'own.ts'), hinge.replace('const hinge', 'export const hinge'));
  const help = await session.run('%train ./own.ts#hinge --help');
  expect(textOf(help, 'stdout')).toContain('--enough N');
  const line = hingeLine(run('file')).replace('%train hinge', '%train ./own.ts#hinge');
  expect(errorOf(await session.run(`${line} --enough 2`))).toBe('');
  expect(await weights('file')).toEqual(await weights('whole'));
});

const judgeCell = `
const rows = Array.from({ length: 6 }, (_, i) => ({
  prompt: 'hello ' + i, response_a: 'world', response_b: 'user', preferred: i % 2 ? 'A' : 'B',
}));
const asked = [];
const longest = (prompt, completion, row) => {
  asked.push([prompt.includes(row.prompt), row.preferred]);
  return { score: completion.length, letters: completion.length };
};`;
const judgeLine = (output: string, ...more: string[]): string =>
  [
    ...['%train pairwise --model', writer, '--learning-rate 1e-2 --batch-size 2 --n 2 --threads 2'],
    ...["--task judge --rubric '' --max-response-length 6 --max-steps 2 --output-dir", output],
    ...more,
  ].join(' ');

test('a function and rows of a cell reward a judge; without them the job says what it lacks', async () => {
  const first = open();
  await first.run(judgeCell);
  const events = await first.run(
    judgeLine(run('live'), '--dataset rows --validation-dataset rows --reward longest'),
  );
  expect(errorOf(events)).toBe('');
  const last = readFileSync(join(run('live'), 'metrics.jsonl'), 'utf8');
  expect(last).toContain('"letters":');
  const asked = await first.run('[asked.length, asked.every(([fits]) => fits)]');
  expect(textResult(asked)).toBe('[ 14, true ]');
  const job = readFileSync(join(run('live'), 'job.yaml'), 'utf8');
  expect(job).toContain('train:\n  - train.parquet\nvalidation:\n  - validation.parquet\n');
  expect(job).toContain('code:\n  - use: reward\n    live: longest\n');

  const text = `export const longest = (prompt: string, completion: string) => ({
    score: completion.length, letters: completion.length,
  });`;
  writeFileSync(join(first.cwd, 'longest.ts'), text);
  const here = '--dataset rows --validation-dataset rows --reward ./longest.ts#longest';
  expect(errorOf(await first.run(judgeLine(run('filed'), here)))).toBe('');
  expect(await weights('filed')).toEqual(await weights('live'));

  const second = open();
  const line = `%train ${run('live')}/job.yaml --output-dir ${run('again')}`;
  expect(errorOf(await second.run(line))).toMatchInlineSnapshot(`
    "pairwise cannot use these options
      reward: this job calls 'longest', a function of the session that it was started in; define longest first, in a cell
      pairwise --help lists them all"
  `);
  await second.run(judgeCell);
  const again = await second.run(line);
  expect(errorOf(again)).toBe('');
  expect(await weights('again')).toEqual(await weights('live'));
});

function textResult(events: readonly SessionEvent[]): string {
  const result = events.find((event) => event.type === 'result');
  return String(result?.data['text/plain']);
}

test('what goes wrong in a function of a cell ends the run in a sentence', async () => {
  const session = open();
  await session.run(judgeCell);
  await session.run(`let calls = 0;
function failing(prompt, completion, row) {
  if (++calls > 4) throw new RangeError('too many');
  return 1;
}
const nothing = async () => NaN;
const slow = () => new Promise(() => {});`);
  const line = (name: string, ...more: string[]) =>
    judgeLine(run(name), '--dataset rows --reward', name, ...more);
  const failed = async (...words: [string, ...string[]]): Promise<string> =>
    errorOf(await session.run(line(...words))).replace(/completion '.*?'/, "completion '…'");
  expect(await failed('failing')).toMatchInlineSnapshot(`
    "the run failed at step 1 of 2: failing threw an error for row 2, completion '…': RangeError: too many
        at failing (cell-2.ts:3:26)
      mend it, then go on with --resume
      kept failing/global_step_1; to go on: %train failing/job.yaml --resume; the log is failing/log.txt"
  `);
  expect(await failed('nothing')).toMatchInlineSnapshot(`
    "the run failed at step 0 of 2: nothing returned NaN for row 5, completion '…': expected a finite number, or an object with one named 'score'
      return a number for every completion, then go on with --resume
      no checkpoint was kept; the log is nothing/log.txt"
  `);
  expect(await failed('slow', '--reward-timeout', '0.2')).toMatchInlineSnapshot(`
    "the run failed at step 0 of 2: slow took more than 0.2 s for row 5, completion '…', and was ended
      allow it more with --reward-timeout, or find out what it waits for; then go on with --resume
      no checkpoint was kept; the log is slow/log.txt"
  `);
  expect(await failed('rows')).toMatchInlineSnapshot(`
    "pairwise cannot use these options
      --reward: 'rows' is an array, expected a function of (prompt, completion, row)
      pairwise --help lists them all"
  `);
  expect(await failed('nothin')).toMatchInlineSnapshot(`
    "pairwise cannot use these options
      --reward: unknown reward 'nothin'; known: exact, failing, longest, nothing, slow; did you mean 'nothing'?
      pairwise --help lists them all"
  `);
});

test('a reward that hangs, waiting or computing, here or in a file, answers an interrupt', async () => {
  const bodies = ['await new Promise(() => {})', 'for (;;);'];
  const cases = bodies.flatMap((body) => [
    { body, file: false },
    { body, file: true },
  ]);
  for (const { body, file } of cases) {
    const session = open();
    await session.run(judgeCell);
    const text = `const hanging = async (prompt, completion) => { begin(completion); ${body} };`;
    const begun = join(session.cwd, 'begun');
    const begin = `import { writeFileSync } from 'node:fs';
const begin = () => writeFileSync('${begun}', 'yes');`;
    await session.run(`${begin}\n${file ? '' : text}`);
    writeFileSync(
      join(session.cwd, 'hanging.ts'),
      `${begin}\n${text}\nexport default hanging`.replace(
        '(prompt, completion)',
        '(prompt: string, completion: string)',
      ),
    );
    const reward = file ? './hanging.ts' : 'hanging';
    const line = judgeLine(run(`hanging-${sessions.length}`), `--dataset rows --reward ${reward}`);
    const appeared = fileAppears(begun);
    const { done } = session.start(line);
    await appeared;
    const began = performance.now();
    await session.session.interrupt();
    const events = await done;
    expect(performance.now() - began).toBeLessThan(250);
    expect(events.at(-1)).toMatchObject({ type: 'done' });
  }
});

/** Resolves when the file is there. */
async function fileAppears(path: string): Promise<void> {
  const changes = watch(dirname(path));
  while (!existsSync(path)) await changes.next();
  await changes.return?.();
}
