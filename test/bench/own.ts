/** Steps of a recipe of one's own, trained from its record, beside the same recipe as it ships, in turns. */
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { resolveJob } from '../../lib/command/job.ts';
import { bradleyTerry } from '../../lib/recipe/bradley-terry.ts';
import type { Recipe } from '../../lib/recipe/recipe.ts';
import { runJob } from '../../lib/worker/run-job.ts';
import { inFolder } from './peers.ts';

const usage = `bench own [--model FOLDER] [--data FILE.parquet]
  --model    default notebooks/model
  --data     pairs; default notebooks/data/preferences-train.parquet
  --steps 60  --repeats 3  --threads 2`;

const text = { type: 'string' } as const;

export async function ownBench(words: string[]): Promise<void> {
  const names = { model: text, data: text, steps: text, repeats: text, threads: text };
  const { values, positionals } = parseArgs({
    args: words,
    options: names,
    allowPositionals: true,
  });
  if (positionals.length > 0) {
    console.log(usage);
    return;
  }
  const { steps = '60', repeats = '3', threads = '2' } = values;
  const model = resolve(values.model ?? 'notebooks/model');
  const data = resolve(values.data ?? 'notebooks/data/preferences-train.parquet');
  const given = ['--model', model, '--train', data, '--max-steps', steps, '--threads', threads];
  const own: Recipe = { ...bradleyTerry, name: 'own' };
  const rates: { shipped: number[]; own: number[] } = { shipped: [], own: [] };
  for (let turn = 0; turn < Number(repeats); turn++) {
    rates.shipped.push(await tokensPerSecond(['bradley-terry', ...given]));
    rates.own.push(await tokensPerSecond(['own', ...given], own));
  }
  const best = { shipped: Math.max(...rates.shipped), own: Math.max(...rates.own) };
  console.log(`tokens a second over ${steps} steps, best of ${repeats}`);
  console.log(`  as it ships       ${best.shipped.toFixed(0)}`);
  console.log(`  from its record   ${best.own.toFixed(0)}`);
  console.log(`  ratio             ${(best.own / best.shipped).toFixed(3)}`);
}

/** Of the second half of the steps, when every form of micro-batch has been compiled. */
async function tokensPerSecond(words: string[], recipe?: Recipe): Promise<number> {
  return inFolder(async (folder) => {
    const scope = {
      names: () => Promise.resolve(['own']),
      value: () => Promise.resolve(recipe),
    };
    const resolved = await resolveJob([...words, '--output-dir', join(folder, 'run')], {
      cwd: folder,
      scope,
    });
    const taken: { tokens: number; seconds: number }[] = [];
    for await (const event of runJob(resolved.job, { live: resolved.live })) {
      if (event.type !== 'step') continue;
      const { seconds = 0, tokens_per_second = 0 } = event.metrics;
      taken.push({ seconds, tokens: seconds * tokens_per_second });
    }
    const late = taken.slice(taken.length / 2);
    const total = (name: 'tokens' | 'seconds'): number =>
      late.reduce((sum, step) => sum + step[name], 0);
    return total('tokens') / total('seconds');
  });
}
