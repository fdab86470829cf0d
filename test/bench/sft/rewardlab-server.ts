/**
 * Steps of sft. Arguments: model folder, batches file (rows of input_ids and perhaps loss_mask), threads,
 * tokens of a micro-batch.
 */
import { readFileSync } from 'node:fs';
import { rowsOf, type Row } from '../../../lib/data/rows.ts';
import type { Example, Policy } from '../../../lib/recipe/recipe.ts';
import { sft } from '../../../lib/recipe/sft.ts';
import { loadEncoder } from '../../../lib/text/encoder.ts';
import { serveSteps } from '../train/serve-steps.ts';

const [model, file, threads, tokens] = process.argv.slice(2) as [string, string, string, string];
const text = await loadEncoder(model);
const batches: Example[][] = [];
for (const rows of JSON.parse(readFileSync(file, 'utf8')) as Row[][]) {
  const source = sft.batches({
    ...{ rows: rowsOf(rows), text, options: sft.options.parse({}), seed: 0, split: 'validation' },
    ...{ kept: Int32Array.from(rows.keys()), policy: {} as Policy },
    batching: { batchSize: rows.length, shuffle: false, maxLength: 512, truncation: 'right' },
  });
  for await (const { examples } of source) batches.push(examples);
}
await serveSteps({
  ...{ model, threads: Number(threads), recipe: sft, batches },
  microBatchTokens: Number(tokens),
});
