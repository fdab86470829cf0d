/** Bradley–Terry steps. Arguments: model folder, batches file, threads. */
import { readFileSync } from 'node:fs';
import { bradleyTerry } from '../../../lib/recipe/bradley-terry.ts';
import { pairExample } from '../../../lib/recipe/pair.ts';
import { serveSteps } from './serve-steps.ts';

type Pair = [chosen: number[], rejected: number[]];
const [model, file, threads] = process.argv.slice(2) as [string, string, string];
const batches = (JSON.parse(readFileSync(file, 'utf8')) as Pair[][]).map((pairs) =>
  pairs.map((pair, row) => pairExample(pair, row, { margin: [0] })),
);
await serveSteps({ model, threads: Number(threads), recipe: bradleyTerry, batches });
