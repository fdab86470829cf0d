/** A small language model of random weights, asked for verdicts through a folder, a tokenizer and a template. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import type { Row } from '../../../lib/data/cell.ts';
import { rowsOf } from '../../../lib/data/rows.ts';
import { evaluateJudge } from '../../../lib/evaluate/evaluate-judge.ts';
import { openJudge } from '../../../lib/evaluate/judge-model.ts';
import { parseConfig } from '../../../lib/model/config.ts';
import { expectedShapes } from '../../../lib/model/shapes.ts';
import { writeTensors } from '../../../lib/model/write-safetensors.ts';
import { qwen3 } from '../model/micro-model.ts';
import { temporaryFolder } from '../temporary.ts';
import { writeMicroTokenizer } from '../text/micro-tokenizer.ts';
import { randomWeights } from '../train/micro-run.ts';

const folder = join(temporaryFolder(), 'judge');

beforeAll(async () => {
  await mkdir(folder);
  await writeMicroTokenizer(folder);
  const config = JSON.stringify({
    ...qwen3,
    architectures: ['Qwen3ForCausalLM'],
    dtype: 'float32',
    max_position_embeddings: 1024,
  });
  await writeFile(join(folder, 'config.json'), config);
  const shapes = expectedShapes(parseConfig(config, 'config.json'), 'causal');
  await writeTensors(join(folder, 'model.safetensors'), randomWeights(shapes));
});

test('writes a verdict for both orders, the same in any company', async () => {
  const rows = ['b', 'cc', 'd'.repeat(2000)].map((response_b): Row => ({
    ...{ prompt: 'q', response_a: 'a', response_b, preferred: 'A' },
  }));
  await using model = await openJudge(folder, { threads: 2 });
  const judged = async (some: readonly Row[]) => {
    const verdicts: Row[] = [];
    const options = { max_tokens: 4, thinking: 'off', rubric: '' } as const;
    const found = await evaluateJudge({
      ...{ model, rows: rowsOf(some), options },
      onVerdict: (row) => verdicts.push(row),
    });
    return { verdicts, found };
  };
  const { verdicts, found } = await judged(rows);
  expect([found.rows, found.dropped]).toEqual([2, { 'prompt too long': 1 }]);
  expect(found.metrics.parse_rate).toBe(0);
  const [alone] = (await judged(rows.slice(1))).verdicts;
  expect({ ...alone, row: 1 }).toEqual(verdicts[1]);
  expect(verdicts[0]!.forward_completion).toMatch(/./s);
});
