/** A reward function from a file: what it may give back, and the sentence for everything else. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startFileReward } from '../../../lib/code/file-reward.ts';
import { moduleSpec } from '../../../lib/code/spec.ts';
import type { Rollout } from '../../../lib/recipe/recipe.ts';
import { refusal } from '../refusal.ts';
import { temporaryFolder } from '../temporary.ts';

const folder = temporaryFolder();
const rollouts: Rollout[] = [
  'yes',
  'A judge answers: it\nis the second of the two, without doubt',
].map((completion, i) => ({
  prompt: 'Which?',
  completion,
  row: { id: 4n, text: 'row' },
  index: 7 + i,
}));

/** Starts the default export, or the named one, of a module with this text. */
async function start(text: string, { name = '', timeoutSeconds = 30 } = {}) {
  const file = join(folder, 'reward.ts');
  await writeFile(file, text);
  return startFileReward(moduleSpec(`reward.ts${name}`, folder)!, timeoutSeconds);
}

async function sentence(text: string, options = {}): Promise<string> {
  const found = await refusal(async () => {
    const reward = await start(text, options);
    await reward.ask(rollouts);
  }, folder);
  return found.replaceAll(/\S*rewardlab-test-\w+\//g, '');
}

test('numbers, and objects with a score, in the order of what was asked', async () => {
  const reward = await start(
    `enum Side { A = 2 }
     export const graded = async (prompt: string, completion: string, row: { id: bigint }) =>
       ({ score: completion.length * Side.A, id: Number(row.id), good: true, word: prompt, other: [] });
     export default (_: string, completion: string): number => completion.length;`,
    { name: '#graded' },
  );
  const values = { id: 4, good: 1, word: 'Which?' };
  expect(await reward.ask(rollouts)).toEqual([
    { score: 6, values },
    { score: 118, values },
  ]);
  expect(await reward.ask([])).toEqual([]);
  await reward.close();
  const plain = await start('export default async (_: string, text: string) => text.length;');
  const many = Array.from({ length: 200 }, () => rollouts).flat();
  expect((await plain.ask(many)).map(({ score }) => score)).toEqual(
    many.map(({ completion }) => completion.length),
  );
  await plain.close();
});

test('what throws', async () => {
  expect(
    await sentence(
      `interface Row { label: { text: string } }
const inner = (row: Row): string => row.label.text;

export function graded(prompt: string, completion: string, row: Row): number {
  return inner(row).length;
}`,
      { name: '#graded' },
    ),
  ).toMatchInlineSnapshot(`
    "reward.ts#graded threw an error for row 7, completion 'yes': TypeError: Cannot read properties of undefined (reading 'text')
        at inner (reward.ts:2:47)
        at graded (reward.ts:5:10)
      mend it, then go on with --resume"
  `);
  expect(await sentence("export default () => { throw 'words' }")).toMatchInlineSnapshot(`
    "reward.ts threw an error for row 7, completion 'yes': words
      mend it, then go on with --resume"
  `);
});

test('what throws something strange', async () => {
  const strange = `const odd: Record<string, unknown> = { size: 3n }; odd.self = odd;`;
  const text = `threw an error for row 7, completion 'yes': <ref *1> { size: 3n, self: [Circular *1] }`;
  for (const kind of ['', 'async '])
    expect(await sentence(`${strange} export default ${kind}() => { throw odd; }`)).toContain(text);
  const unreadable = `export default () => Promise.resolve({ get score() { throw new Error('no'); } })`;
  expect(await sentence(unreadable)).toContain("for row 7, completion 'yes': Error: no");
});

test('what is no number', async () => {
  expect(await sentence('export default () => NaN')).toMatchInlineSnapshot(`
    "reward.ts returned NaN for row 7, completion 'yes': expected a finite number, or an object with one named 'score'
      return a number for every completion, then go on with --resume"
  `);
  expect(
    await sentence('export default (_: string, text: string) => text.length < 4 ? 1 : undefined'),
  ).toMatchInlineSnapshot(`
    "reward.ts returned undefined for row 8, completion 'A judge answers: it is the second of the…': expected a finite number, or an object with one named 'score'
      return a number for every completion, then go on with --resume"
  `);
  expect(await sentence('export default () => ({ score: "1" })')).toMatchInlineSnapshot(`
    "reward.ts returned { score: '1' } for row 7, completion 'yes': expected a finite number, or an object with one named 'score'
      return a number for every completion, then go on with --resume"
  `);
});

test('what hangs, waiting or computing', async () => {
  const computing = 'export default () => { for (;;); }';
  expect(await sentence(computing, { timeoutSeconds: 0.2 })).toMatchInlineSnapshot(`
    "reward.ts took more than 0.2 s for row 7, completion 'yes', and was ended
      allow it more with --reward-timeout, or find out what it waits for; then go on with --resume"
  `);
  for (const later of ['', 'async ']) {
    const second = `export default ${later}(_: string, text: string) => { for (; text.length > 4;); return 1; }`;
    expect(await sentence(second, { timeoutSeconds: 0.2 })).toContain(
      "reward.ts took more than 0.2 s for row 8, completion 'A judge",
    );
  }
  const waiting =
    'export default (_: string, text: string) => text.length < 4 ? 1 : new Promise(() => {})';
  expect(await sentence(waiting, { timeoutSeconds: 0.2 })).toMatchInlineSnapshot(`
    "reward.ts took more than 0.2 s for row 8, completion 'A judge answers: it is the second of the…', and was ended
      allow it more with --reward-timeout, or find out what it waits for; then go on with --resume"
  `);
});

test('what ends its thread', async () => {
  expect(await sentence('export default () => process.exit(3)')).toMatchInlineSnapshot(`
    "reward.ts ended its thread with code 3
      leave process.exit out of it"
  `);
});

test('modules that have no such function', async () => {
  expect(await sentence('export const a = 1, better = () => 1;')).toMatchInlineSnapshot(`
    "'reward.ts' has no default export; it exports: a, better
      name the one to use: reward.ts#a"
  `);
  expect(await sentence('export const better = () => 1;', { name: '#beter' }))
    .toMatchInlineSnapshot(`
    "unknown export of 'reward.ts' 'beter'; known: better
      did you mean 'better'?"
  `);
  expect(await sentence('export default 3')).toMatchInlineSnapshot(`
    "'default' of 'reward.ts' is a number, expected a function
      export a function from reward.ts: export default (prompt, completion, row) => 1"
  `);
  expect(await sentence('')).toMatchInlineSnapshot(`
    "'reward.ts' exports nothing
      export a function from reward.ts: export default (prompt, completion, row) => 1"
  `);
  expect(await sentence('export default (a: ')).toMatchInlineSnapshot(`
    "'reward.ts' cannot be loaded: SyntaxError: 
      x Unexpected token
       ,-[reward.ts:1:20]
     1 | export default (a: 
       \`----
    "
  `);
  expect(await sentence("throw new RangeError('at once')")).toMatchInlineSnapshot(`
    "'reward.ts' cannot be loaded: RangeError: at once
        at <anonymous> (reward.ts:1:7)"
  `);
  expect(
    await refusal(() => startFileReward(moduleSpec('none.ts', folder)!, 1), folder),
  ).toMatchInlineSnapshot(`"no such file 'none.ts'"`);
});

test('a call that never ends is left as soon as the job is told to stop', async () => {
  const reward = await start('export default () => { for (;;); }');
  const controller = new AbortController();
  const asked = reward.ask(rollouts, controller.signal);
  const began = performance.now();
  controller.abort(new Error('stopped'));
  await expect(asked).rejects.toThrow('stopped');
  expect(performance.now() - began).toBeLessThan(250);
});
