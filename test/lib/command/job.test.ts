/** What was typed becomes a job, or a sentence that names every fault. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { parseJob } from '../../../lib/command/job.ts';
import { splitWords } from '../../../lib/command/words.ts';
import { jobText } from '../../../lib/train/job-file.ts';
import { refusal } from '../refusal.ts';
import { temporaryFolder } from '../temporary.ts';
import { microRun } from '../train/micro-run.ts';

const cwd = temporaryFolder();
beforeAll(async () => {
  await microRun(cwd);
});

const base = 'bradley-terry --model model --train train.parquet';
const parse = (line: string, body?: string) =>
  parseJob(splitWords(line), { cwd, ...(body !== undefined && { body }) });
const refused = (line: string, body?: string) => refusal(() => parse(line, body), cwd);

test('fills in every default', async () => {
  const job = await parse(base);
  expect(JSON.parse(JSON.stringify({ ...job, threads: 2 }).replaceAll(cwd, '.')))
    .toMatchInlineSnapshot(`
      {
        "device": "cpu",
        "engine": "onnx",
        "model": "./model",
        "options": {
          "background": false,
          "batch_size": 16,
          "betas": [
            0.9,
            0.999,
          ],
          "center_rewards_coefficient": 0,
          "dry_run": false,
          "epochs": 1,
          "eps": 1e-8,
          "eval_on_start": false,
          "eval_steps": null,
          "json": false,
          "label_smoothing": 0,
          "learning_rate": 0.00001,
          "lora_alpha": 32,
          "lora_r": 0,
          "lora_target_modules": [
            "all-linear",
          ],
          "max_grad_norm": 1,
          "max_length": 1024,
          "max_steps": null,
          "micro_batch_tokens": 1024,
          "resume": false,
          "save_steps": null,
          "scheduler": "linear",
          "shuffle": true,
          "strength": "none",
          "truncation": "left",
          "use_margin": true,
          "warmup_ratio": 0,
          "weight_decay": 0,
        },
        "output": "./runs/bradley-terry-001",
        "recipe": "bradley-terry",
        "seed": 0,
        "threads": 2,
        "train": [
          "./train.parquet",
        ],
        "validation": [],
      }
    `);
  expect(job.threads).toBe(availableParallelism());
});

test('flags, YAML and VERL keys say the same', async () => {
  const wanted = (
    await parse(
      `${base} --validation validation.parquet --learning-rate 1e-3 --batch-size 8 --betas 0.8 0.9 --no-shuffle --eval-steps null`,
    )
  ).options;
  const yaml = [
    ...['model: model', 'train: [train.parquet]', 'validation: validation.parquet'],
    ...['learning-rate: 1e-3', 'batch_size: 8', 'betas: [0.8, 0.9]', 'shuffle: false'],
  ];
  expect((await parse('bradley-terry', yaml.join('\n'))).options).toEqual(wanted);
  const verl = [
    ...['model.partial_pretrain=model', 'data.train_files=train.parquet'],
    ...['data.val_files=[validation.parquet]', 'optim.lr=1e-3', 'data.train_batch_size=8'],
    ...['optim.betas=[0.8,0.9]', '++data.shuffle=False', 'trainer.test_freq=-1'],
  ];
  expect((await parse(`bradley-terry ${verl.join(' ')}`)).options).toEqual(wanted);
});

test("VERL's keys without a meaning here are named, not refused", async () => {
  const { notes, options } = await parse(
    `${base} actor_rollout_ref.actor.optim.lr=1e-4 trainer.total_epochs=2 trainer.n_gpus_per_node=8`,
  );
  expect(notes).toEqual(['trainer.n_gpus_per_node has no meaning on this engine and was left out']);
  expect(options).toMatchObject({ learning_rate: 1e-4, epochs: 2 });
});

test('all bad flags at once', async () => {
  expect(
    await refused(
      'bradley-terry --model modell --train train.parquet missing.parquet --epochs -1 --batch-size many --colour red --learning-rat 3 --scheduler step --betas 0.9 --device tpu --label-smoothing 0.5 critic.optim.lr=1 stray',
    ),
  ).toMatchInlineSnapshot(`
    "bradley-terry cannot use these options
      --colour: no such option
      --learning-rat: no such option; did you mean --learning-rate?
      stray: expected an option such as --model, got a bare word
      critic.optim.lr: this VERL setting has no counterpart here
      --batch-size: expected a whole number above 0, got 'many'
      --epochs: expected a whole number above 0, got '-1'
      --scheduler: expected one of constant, linear, cosine, wsd, got 'step'
      --betas: expected 2 numbers of at least 0 and below 1, got '0.9'
      --label-smoothing: expected a number of at least 0 and below 0.5, got '0.5'
      --device: expected cpu for engine onnx, got 'tpu'
      --model: no model 'modell': there is no folder modell; did you mean 'model'?
      --train: no such file 'missing.parquet'
      bradley-terry --help lists them all"
  `);
});

test('what must be given', async () => {
  expect(await refused('bradley-terry')).toMatchInlineSnapshot(`
    "bradley-terry cannot use these options
      --model: is missing; folder of a Hugging Face model, or ORG/NAME[@REVISION] of the hub
      --train: is missing; parquet or JSON-lines files to train on, or hf://datasets/ORG/NAME/FILE
      bradley-terry --help lists them all"
  `);
});

test.each([
  'bradley-tery --model model',
  '',
  '--model model',
  'job.yaml',
  `${base} --engine onxx`,
  `${base} --no-shuffle yes`,
  `${base} --epochs 1.5 --max-length 0`,
  `${base} --model train.parquet`,
])('%s', async (line) => {
  expect(await refused(line)).toMatchSnapshot();
});

test.each(['a: [', '- a', 'colour: red\nlearning_rate: fast'])('body %j', async (body) => {
  expect(await refused(base, body)).toMatchSnapshot();
});

test('a job file replays to the same job in the next folder, wherever it is read from', async () => {
  const job = await parse(`${base} --learning-rate 1e-5 --betas 0.8,0.9 --seed 3`);
  await mkdir(job.output, { recursive: true });
  const file = join(job.output, 'job.yaml');
  await writeFile(file, jobText(job, job.output, cwd));
  expect(await readFile(file, 'utf8')).toContain('model: ../../model\n');
  const replayed = await parseJob([file], { cwd: '/' });
  expect(replayed).toEqual({ ...job, output: replayed.output });
  const resumed = await parse('runs/bradley-terry-001/job.yaml --resume');
  expect(resumed.output).toBe(job.output);
  const fresh = await parse('runs/bradley-terry-001/job.yaml --epochs 4');
  expect(fresh).toMatchObject({ output: join(cwd, 'runs/bradley-terry-002'), seed: 3 });
  expect(fresh.options.epochs).toBe(4);
});

test('words are split as a shell would', () => {
  expect(splitWords(`a "b c" d'e f' g\\ h ""`)).toEqual(['a', 'b c', 'de f', 'g h', '']);
});
