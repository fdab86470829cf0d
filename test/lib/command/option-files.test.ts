/** A file that an option names belongs to the job as its data files do. */
import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { parseJob } from '../../../lib/command/job.ts';
import { loadEncoder } from '../../../lib/text/encoder.ts';
import { writeEnvironment } from '../../../lib/train/environment.ts';
import { jobText, readJobFile } from '../../../lib/train/job-file.ts';
import { fakePolicy } from '../recipe/grpo/fake-policy.ts';
import { takeBatches } from '../recipe/grpo/pairwise-rows.ts';
import { refusal } from '../refusal.ts';
import { temporaryFolder } from '../temporary.ts';
import { microRun } from '../train/micro-run.ts';

const cwd = temporaryFolder();
const words = 'pairwise --model model --train pairs.jsonl --examples-file examples.jsonl'.split(
  ' ',
);
const examples = join(cwd, 'examples.jsonl');
const rows = ['Pick me', 'Which one'].map((prompt) => ({
  ...{ prompt, response_a: 'yes', response_b: 'no', preferred: 'A' },
}));
beforeAll(async () => {
  await microRun(cwd);
  await writeFile(examples, `${JSON.stringify(rows[0])}\n`);
  await writeFile(join(cwd, 'pairs.jsonl'), `${JSON.stringify(rows[1])}\n`);
});

test('its path is found from anywhere, and its text hashed', async () => {
  const output = join(cwd, 'runs', 'judge');
  const job = await parseJob([...words, '--output-dir', output], { cwd });
  expect(job.options.examples_file).toBe(examples);
  await mkdir(output, { recursive: true });
  const file = join(output, 'job.yaml');
  await writeFile(file, jobText(job, output, cwd));
  expect(await readFile(file, 'utf8')).toContain('examples_file: ../../examples.jsonl\n');
  expect(await readJobFile(file)).toMatchObject({ examples_file: examples });
  await writeEnvironment(job);
  const { sha256 } = JSON.parse(await readFile(join(output, 'environment.json'), 'utf8')) as {
    sha256: Record<string, string>;
  };
  const hash = createHash('sha256').update(await readFile(examples));
  expect(sha256[examples]).toBe(hash.digest('hex'));
});

test('one that is not there is a problem among others', async () => {
  const absent = [...words.slice(0, -1), 'none.jsonl', '--epochs', '0'];
  expect(await refusal(() => parseJob(absent, { cwd }), cwd)).toBe(
    [
      'pairwise cannot use these options',
      "  --epochs: expected a whole number above 0, got '0'",
      "  --examples-file: no such file 'none.jsonl'",
      '  pairwise --help lists them all',
    ].join('\n'),
  );
});

test('its examples are in the prompts', async () => {
  const text = await loadEncoder(join(cwd, 'model'));
  const policy = fakePolicy(text, () => 'well');
  const options = { examples_file: examples, max_prompt_length: 9999 };
  await takeBatches(text, { count: 1, policy }, { options, table: [rows[1]!] });
  const asked = text.decode(policy.asked[0]!.prompts[0]!);
  expect(asked.indexOf('Pick me')).toBeGreaterThan(asked.indexOf('# Example 1'));
  expect(asked.indexOf('Which one')).toBeGreaterThan(asked.indexOf('# To be judged'));
});
