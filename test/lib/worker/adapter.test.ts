/** An adapter from the first step to where it is used: interrupted and not, trained on, measured, merged. */
import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { mergeCommand } from '../../../bin/commands/merge.ts';
import { parseJob } from '../../../lib/command/job.ts';
import { planText } from '../../../lib/display/plan.ts';
import { evaluate } from '../../../lib/evaluate/evaluate.ts';
import { readTensors } from '../../../lib/model/safetensors.ts';
import type { TrainEvent } from '../../../lib/train/job.ts';
import { RewardModel } from '../../../lib/worker/reward-model.ts';
import { runJob } from '../../../lib/worker/run-job.ts';
import { refusal } from '../refusal.ts';
import { temporaryFolder } from '../temporary.ts';
import { collect, lasting, microRun, microWords, type MicroRun } from '../train/micro-run.ts';

const folder = temporaryFolder();
const first = join(folder, 'first');
const adapter = join(first, 'final');
const base = join(folder, 'model');
let micro: MicroRun;
let whole: TrainEvent[];

const lora = ['--epochs', '2', '--eval-steps', '3', '--lora-r', '2', '--lora-alpha', '4'];
const jobOf = (output: string, words: readonly string[] = lora, run = micro) =>
  parseJob(microWords(run, '--output-dir', output, ...words), { cwd: folder });
const json = async (path: string) =>
  JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;

beforeAll(async () => {
  micro = await microRun(folder);
  whole = await collect(runJob(await jobOf(first)));
});

test('learns, and leaves what peft leaves', async () => {
  const losses = whole.flatMap((event) => (event.type === 'validation' ? event.metrics.loss! : []));
  expect(losses.at(-1)).toBeLessThan(losses[0]! - 0.01);
  expect((await readdir(adapter)).sort()).toEqual([
    ...['adapter_config.json', 'adapter_model.safetensors', 'chat_template.jinja'],
    ...['tokenizer.json', 'tokenizer_config.json'],
  ]);
  expect(await json(join(adapter, 'adapter_config.json'))).toMatchObject({
    ...{ peft_type: 'LORA', task_type: 'SEQ_CLS', r: 2, lora_alpha: 4, bias: 'none' },
    ...{ base_model_name_or_path: base, revision: null, modules_to_save: ['score'] },
    target_modules: ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj'],
  });
  const tensors = await readTensors(join(adapter, 'adapter_model.safetensors'));
  expect(tensors.size).toBe(2 * 7 * 2 + 1);
  const { shape } = tensors.get('base_model.model.model.layers.1.mlp.down_proj.lora_A.weight')!;
  expect(shape).toEqual([2, 48]);
});

test('interrupted and resumed, gives the same bits', async () => {
  const output = join(folder, 'resumed');
  const controller = new AbortController();
  let checkpoint = '';
  for await (const event of runJob(await jobOf(output), { signal: controller.signal })) {
    if (event.type === 'step' && event.step === 2) controller.abort();
    if (event.type === 'checkpoint') checkpoint = event.path;
  }
  expect((await readdir(checkpoint)).sort()).toEqual([
    ...['adapter_config.json', 'adapter_model.safetensors', 'chat_template.jinja'],
    ...['optimizer.safetensors', 'tokenizer.json', 'tokenizer_config.json', 'trainer_state.json'],
  ]);
  expect((await readTensors(join(checkpoint, 'optimizer.safetensors'))).size).toBe(2 * 29);
  await collect(runJob(await jobOf(output, [...lora, '--resume'])));
  const lines = (await readFile(join(output, 'metrics.jsonl'), 'utf8')).trim().split('\n');
  const events = lines.map((line) => JSON.parse(line) as TrainEvent);
  expect(lasting(events.filter(({ type }) => type !== 'checkpoint'))).toEqual(lasting(whole));
  const weights = 'final/adapter_model.safetensors';
  expect(await readFile(join(output, weights))).toEqual(await readFile(join(first, weights)));
});

test('its final folder is measured as its last validation was, to the bit', async () => {
  const validation = whole.findLast((event) => event.type === 'validation')!.metrics;
  const { rows, dropped, ...metrics } = await evaluate({
    ...{ model: adapter, data: micro.validation, threads: 2 },
  });
  expect([rows, dropped]).toEqual([7, {}]);
  expect(metrics).toEqual(validation);
});

test('merged into its base, scores alike', async () => {
  const merged = join(folder, 'merged');
  expect(await mergeCommand(adapter, merged)).toContain('with the adapter of rank 2 in it');
  const texts = ['hello world', 'user: yes no perhaps', 'hello'];
  const scores: number[][] = [];
  for (const model of [adapter, merged]) {
    await using reward = await RewardModel.load(model, { threads: 2 });
    scores.push(await reward.score(texts));
  }
  scores[0]!.forEach((score, i) => expect(Math.abs(score - scores[1]![i]!)).toBeLessThan(1e-5));
  expect(await refusal(() => mergeCommand(adapter, merged), folder)).toMatchInlineSnapshot(`
    "'merged' is there already, and is not empty
      name another folder with --output"
  `);
  expect(await refusal(() => mergeCommand(base, join(folder, 'x')), folder)).toMatchInlineSnapshot(
    `"'model' is no adapter: it has no adapter_config.json, so there is nothing to merge"`,
  );
});

test('is trained on where it is the model, and a new one over it is refused', async () => {
  const on = { ...micro, model: join(folder, 'dropped') };
  await cp(adapter, on.model, { recursive: true });
  const file = join(on.model, 'adapter_config.json');
  await writeFile(file, JSON.stringify({ ...(await json(file)), lora_dropout: 0.1 }));
  const output = join(folder, 'on');
  const events = await collect(runJob(await jobOf(output, ['--eval-on-start'], on)));
  const last = whole.findLast((event) => event.type === 'validation')!.metrics;
  expect(events.find((event) => event.type === 'validation')!.metrics).toEqual(last);
  expect(await json(join(output, 'final/adapter_config.json'))).toMatchObject({
    ...{ r: 2, base_model_name_or_path: base, lora_dropout: 0 },
  });
  expect(await readFile(join(output, 'log.txt'), 'utf8')).toContain(
    "dropped' was trained with lora_dropout 0.1; from here on there is none\n",
  );
  const again = await jobOf(join(folder, 'again'), ['--lora-r', '8'], on);
  expect(await refusal(() => collect(runJob(again)), folder)).toMatchInlineSnapshot(`
    "'dropped' is an adapter of rank 2, and --lora-r 8 asks for a new one
      leave --lora-r out to train this one on, or merge it into its base first: rewardlab merge"
  `);
});

test('a plan says what is trained, and that the rest needs no gradient', async () => {
  const plans: TrainEvent[][] = [];
  for (const words of [lora, lora.slice(0, 4)])
    plans.push(await collect(runJob(await jobOf(join(folder, 'plan'), [...words, '--dry-run']))));
  const [adapted, full] = plans.map((events) =>
    events[0]!.type === 'plan' ? events[0]!.plan : null,
  );
  const extra = adapted!.parameters - full!.parameters;
  expect(adapted!.trained).toBe(extra + 32); // the score head is the base's own
  const { parameters, trained } = adapted!;
  const saved = 4 * (4 * full!.parameters - (2 + 2) * trained! - extra);
  expect(full!.memoryBytes - adapted!.memoryBytes).toBe(saved);
  expect(planText(adapted!)).toContain(
    `parameters      ${parameters.toLocaleString('en-US')}\ntrained         ${trained!.toLocaleString('en-US')}\n`,
  );
});

test('a base that is gone or another is a sentence', async () => {
  const lost = join(folder, 'lost');
  await cp(adapter, lost, { recursive: true });
  const config = join(lost, 'adapter_config.json');
  const named = async (name: string) =>
    writeFile(
      config,
      JSON.stringify({ ...(await json(config)), base_model_name_or_path: join(folder, name) }),
    );
  const load = () => RewardModel.load(lost);
  await named('moved');
  expect(await refusal(load, folder)).toMatchInlineSnapshot(`
    "adapter 'lost' was trained on the model 'moved', which cannot be opened: no model 'moved': there is no folder moved
      bring it back, or say where it is now: base_model_name_or_path in lost/adapter_config.json"
  `);
  await named('first/final');
  expect(await refusal(load, folder)).toMatchInlineSnapshot(`
    "adapter 'lost' was trained on 'first/final', which is an adapter itself
      merge that one into its base first: rewardlab merge"
  `);
  await cp(base, join(folder, 'other'), { recursive: true });
  const other = join(folder, 'other/config.json');
  await writeFile(other, JSON.stringify({ ...(await json(other)), num_attention_heads: 8 }));
  await named('other');
  const text = await refusal(load, folder);
  expect(text).toMatchInlineSnapshot(`
    "adapter 'lost' does not fit its base 'other'
      model.layers.0.self_attn.q_proj.lora_B.weight: expected [64, 2], found [32, 2]
      model.layers.0.self_attn.o_proj.lora_A.weight: expected [2, 64], found [2, 32]
      model.layers.1.self_attn.q_proj.lora_B.weight: expected [64, 2], found [32, 2]
      model.layers.1.self_attn.o_proj.lora_A.weight: expected [2, 64], found [2, 32]"
  `);
  await rm(lost, { recursive: true });
});
