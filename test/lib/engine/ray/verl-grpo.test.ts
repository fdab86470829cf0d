/** What goes to VERL for a judge, without a cluster: its options, its prompts, and the code that rewards. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { parseJob } from '../../../../lib/command/job.ts';
import { openRows } from '../../../../lib/data/rows.ts';
import { verlGrpoProgram } from '../../../../lib/engine/ray/verl-grpo.ts';
import type { PackedFile } from '../../../../lib/engine/ray/zip.ts';
import { recipes } from '../../../../lib/recipe/index.ts';
import type { Reward } from '../../../../lib/reward/judge.ts';
import { pairwiseReward } from '../../../../lib/reward/pairwise-reward.ts';
import { pointwiseReward } from '../../../../lib/reward/pointwise-reward.ts';
import { loadEncoder } from '../../../../lib/text/encoder.ts';
import type { Job } from '../../../../lib/train/job.ts';
import { refusal } from '../../refusal.ts';
import { temporaryFolder } from '../../temporary.ts';

const folder = temporaryFolder();
const notebooks = join(import.meta.dirname, '../../../../notebooks');
const model = join(notebooks, 'reader');

function job(recipe: string, ...more: string[]): Promise<Job> {
  const rows = recipe === 'pairwise' ? 'pairs' : 'scores';
  const words = [
    recipe,
    '--model',
    model,
    '--train',
    join(notebooks, `data/${rows}-train.parquet`),
  ];
  const place = ['--engine', 'ray', '--output-dir', join(folder, 'run'), '--rubric', ''];
  return parseJob([...words, ...place, '--max-response-length', '8', ...more], { cwd: folder });
}

async function handedOver(job: Job) {
  const recipe = recipes.find(({ name }) => name === job.recipe)!;
  const notices: string[] = [];
  const handover = await verlGrpoProgram.handOver({
    ...{ job, recipe, submission: 'it', from: undefined, nodes: [] },
    notice: (text) => notices.push(text),
  });
  return { ...handover, notices };
}

test('the job’s options in VERL’s words', async () => {
  const { overrides, plan } = await handedOver(
    await job('pairwise', '--batch-size', '8', '--max-steps', '3', '--clip-ratio-high', '0.28'),
  );
  expect(plan.steps).toBe(3);
  const words = Object.fromEntries(overrides!.map((word) => word.split('=') as [string, string]));
  expect(words).toMatchObject({
    'algorithm.adv_estimator': 'grpo',
    'actor_rollout_ref.actor.clip_ratio_low': '0.2',
    'actor_rollout_ref.actor.clip_ratio_high': '0.28',
    'actor_rollout_ref.actor.ppo_mini_batch_size': '8',
    'actor_rollout_ref.rollout.n': '4',
    'data.max_prompt_length': '248',
    'data.shuffle': 'false',
    'reward.custom_reward_function.path': 'package:judge_reward.py',
    'trainer.total_training_steps': '3',
    'trainer.test_freq': '-1',
    'trainer.save_freq': '3',
  });
  expect(words['reward.reward_manager.name']).toBeUndefined();
});

test('the penalty on what is nearly too long is VERL’s own', async () => {
  const buffer = ['--overlong-buffer', '--overlong-buffer-len', '4', '--max-steps', '1'];
  const { overrides } = await handedOver(await job('pointwise', ...buffer));
  expect(overrides!.filter((word) => word.includes('reward_kwargs'))).toEqual([
    '+reward.reward_kwargs.max_resp_len=8',
    '+reward.reward_kwargs.overlong_buffer_cfg.enable=true',
    '+reward.reward_kwargs.overlong_buffer_cfg.len=4',
    '+reward.reward_kwargs.overlong_buffer_cfg.penalty_factor=1',
    '+reward.reward_kwargs.overlong_buffer_cfg.log=false',
  ]);
});

test('the prompts are those that training here reads', async () => {
  const { files } = await handedOver(await job('pointwise', '--max-steps', '1', '--seed', '7'));
  const packed = await writeAll(files, join(folder, 'prompts'));
  const rows = await (await openRows(join(packed, 'train.parquet'))).read([0, 1]);
  const text = await loadEncoder(model);
  const [first] = rows as { prompt: { role: string; content: string }[]; data_source: string }[];
  expect(first!.data_source).toBe('judge');
  expect(first!.prompt.at(-1)!.role).toBe('user');
  expect(text.encodeChat(first!.prompt, { addGenerationPrompt: true }).length).toBeLessThan(248);
  const { facts } = (rows[0] as { extra_info: { facts: string } }).extra_info;
  expect(JSON.parse(facts)).toEqual({ truth: expect.any(Number) as number, source: 'pointwise' });
});

test('prompts that would have to be cut are refused', async () => {
  const cutting = ['--no-filter-overlong-prompts', '--truncation', 'left', '--max-steps', '1'];
  const long = await job('pairwise', ...cutting, '--max-prompt-length', '20');
  expect(await refusal(() => handedOver(long))).toContain(
    'its prompt is longer than --max-prompt-length, and VERL cuts none',
  );
});

/** Recorded completions of all kinds, and what no judge would write. */
const golden = ['v1', 'v2', 'openjudge'].flatMap((generation) => {
  const path = join(import.meta.dirname, '../../../golden/rewards', `${generation}.json`);
  const cases = JSON.parse(readFileSync(path, 'utf8')) as Record<string, { solution: string }[]>;
  return Object.values(cases).flatMap((list) => list.map(({ solution }) => solution));
});
const completions = [
  ...golden,
  '',
  '\n',
  '"\\',
  'é\u2028\u0000',
  '<preference>A</preference>',
  '👍',
];

const judges: [recipe: string, words: string[], truth: string | number][] = [
  ['pairwise', [], 'A'],
  ['pairwise', ['--reward-compat', 'v1', '--no-ties'], 'B'],
  ['pointwise', ['--format-reward', '0.1'], 3],
  ['pointwise', ['--reward-compat', 'openjudge'], 2],
];

test.each(judges)('rewards of a %s judge %j by Python and Node', async (recipe, words, truth) => {
  const made = await job(recipe, '--max-steps', '1', ...words);
  const packed = await writeAll((await handedOver(made)).files, join(folder, `reward-${truth}`));
  const facts = JSON.stringify({ truth, source: 'd' });
  const program = [
    'import json, sys',
    'from judge_reward import compute_score',
    `facts = {"facts": ${JSON.stringify(facts)}}`,
    'for text in json.load(sys.stdin): print(json.dumps(compute_score("judge", text, "", facts)))',
  ].join('\n');
  const { stdout, stderr } = spawnSync('python3', ['-c', program], {
    ...{ cwd: packed, input: JSON.stringify(completions), encoding: 'utf8' },
  });
  const options = made.options as never;
  const reward: Reward = (recipe === 'pairwise' ? pairwiseReward : pointwiseReward)(options);
  const expected = completions.map((completion) => {
    const { score, accuracy, predicted, status } = reward(completion, { truth, source: 'd' });
    const parsed = Number(status === 'ok' || status === 'repaired');
    return { score, accuracy, parsed, predicted: String(predicted) };
  });
  expect(stderr).toBe('');
  expect(
    stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown),
  ).toEqual(expected);
});

/** The files of a package in a folder. */
async function writeAll(files: readonly PackedFile[], into: string): Promise<string> {
  for (const { name, data } of files) {
    await mkdir(dirname(join(into, name)), { recursive: true });
    await writeFile(join(into, name), data);
  }
  return into;
}
