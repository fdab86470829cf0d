/** What was exported is read by the recipes with no other step. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { exportData } from '../../../../lib/command/export-data.ts';
import { resolveJob } from '../../../../lib/command/job.ts';
import { splitWords } from '../../../../lib/command/words.ts';
import { holdsCandidates, judgedCandidates } from '../../../../lib/data/judge-candidates.ts';
import { openRows, type Row } from '../../../../lib/data/rows.ts';
import type { TrainEvent } from '../../../../lib/train/job.ts';
import { runJob } from '../../../../lib/worker/run-job.ts';
import { writeToy } from '../../recipe/grpo/toy.ts';
import { temporaryFolder } from '../../temporary.ts';

const cwd = temporaryFolder();
let model: string;
beforeAll(async () => {
  model = (await writeToy(cwd)).model;
  const path = join(model, 'config.json');
  const config = JSON.parse(readFileSync(path, 'utf8')) as Row;
  writeFileSync(path, JSON.stringify({ ...config, max_position_embeddings: 4096 }));
});

const golden = (name: string): string =>
  join(import.meta.dirname, '../../../golden/convert', `${name}.jsonl`);

async function exported(format: string, to: string): Promise<{ file: string; rows: number }> {
  const { parts } = await exportData({
    data: golden(format),
    to,
    outputDir: cwd,
    name: `${format}-${to}`,
  });
  return { file: parts[0]!.files[0]!, rows: parts[0]!.rows };
}

test.each([
  ['helpsteer2-pairwise', 'judge', 'pairwise --max-prompt-length 4096 --max-response-length 16'],
  ['helpsteer2-pointwise', 'judge', 'pointwise --max-prompt-length 4096 --max-response-length 16'],
  ['helpsteer2-pairwise', 'bradley-terry', 'bradley-terry --strength margin'],
  ['rmb-best-of-n', 'bradley-terry', 'bradley-terry'],
  ['chat-message', 'sft', 'sft'],
])('%s to %s is read by train %s', async (format, to, recipe) => {
  const { file, rows } = await exported(format, to);
  const line = `${recipe} --model ${model} --train ${file} --dry-run --threads 1`;
  const { job, live } = await resolveJob(splitWords(line), { cwd });
  const events: TrainEvent[] = [];
  for await (const event of runJob(job, { live })) events.push(event);
  const plan = events.find((event) => event.type === 'plan');
  expect(plan?.plan).toMatchObject({ rows: { train: rows }, dropped: {} });
});

test.each(['rewardbench2', 'rm-bench', 'rmb-best-of-n', 'rmb-pairwise', 'judgebench'])(
  '%s to best-of-n is in the layout that evaluate reads',
  async (format) => {
    const { file, rows } = await exported(format, 'best-of-n');
    const table = await openRows(file);
    expect(holdsCandidates(table)).toBe(true);
    const read = await table.read(Array.from({ length: rows }, (_, i) => i));
    expect(read.map(judgedCandidates).filter((row) => 'dropped' in row)).toEqual([]);
  },
);
