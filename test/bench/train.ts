/**
 * Bradley–Terry steps beside PyTorch and TRL, interleaved on the same batches in one run: pairs a second,
 * time to the first step, peak memory. Peers are measured where a Python that has them is named.
 */
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { openRows } from '../../lib/data/rows.ts';
import { inFolder, peerOptions, readFlags, type PeerOptions } from './peers.ts';
import { firstStep } from './train/first-step.ts';
import { best, report } from './train/report.ts';
import { startServer } from './train/server.ts';
import type { Server, Step } from './train/server.ts';
import { rewardTrainer, trlRun } from './train/trl.ts';
import type { Measured } from './train/trl.ts';

const usage = `bench train --model FOLDER --ids FILE.parquet [--text FILE.parquet]
  --ids      pairs as columns chosen_ids, rejected_ids
  --text     pairs as text or messages: time to the first step of \`rewardlab train\`
  --python   a Python with torch and transformers (and trl); default $BENCH_PYTHON; none: no peers
  --peers    folder of bench_torch_bt.py and bench_trl_reward.py; default $BENCH_PEERS
  --batches 4  --repeats 3  --threads 2`;

const batchSize = 16;

interface Options extends PeerOptions {
  model: string;
  ids: string;
  text: string | undefined;
}

export async function trainBench(words: string[]): Promise<void> {
  const options = read(words);
  if (!options) {
    console.log(usage);
    return;
  }
  await inFolder(async (folder) => {
    const batches = await readBatches(options);
    await writeFile(join(folder, 'batches.json'), JSON.stringify(batches));
    await measure(options, folder, batches);
  });
}

function read(words: string[]): Options | undefined {
  const values = readFlags(words, ['model', 'ids', 'text']);
  const { model, ids, text } = values;
  if (!model || !ids) return undefined;
  return { model: resolve(model), ids, text: text && resolve(text), ...peerOptions(values) };
}

/** Rows from all over the file, so that a batch has long and short pairs. */
async function readBatches({ ids, batches }: Options): Promise<number[][][][]> {
  const rows = await openRows(ids);
  const stride = Math.max(1, Math.floor(rows.count / (batches * batchSize)));
  const places = Array.from({ length: batches * batchSize }, (_, i) => (i * stride) % rows.count);
  const read = await rows.read(places, ['chosen_ids', 'rejected_ids']);
  const pairs = read.map((row) =>
    [row.chosen_ids, row.rejected_ids].map((side) => (side as number[]).map(Number).slice(0, 512)),
  );
  return Array.from({ length: batches }, (_, b) => pairs.slice(b * batchSize, (b + 1) * batchSize));
}

async function measure(options: Options, folder: string, batches: number[][][][]): Promise<void> {
  const { model, python, peers, threads } = options;
  const loader = resolve(import.meta.dirname, '../../lib/typescript-loader.ts');
  const own = resolve(import.meta.dirname, 'train/rewardlab-server.ts');
  const file = join(folder, 'batches.json');
  const commands = new Map<string, [string, ...string[]]>();
  commands.set('rewardlab', [
    process.execPath,
    '--import',
    loader,
    own,
    model,
    file,
    String(threads),
  ]);
  if (python && peers) {
    const torch = resolve(import.meta.dirname, 'train/torch_server.py');
    commands.set('torch shared_last', [python, torch, peers, model, file, String(threads)]);
  }
  const servers = new Map<string, Server>();
  for (const [name, command] of commands) servers.set(name, await startServer(command));
  const trl: Measured[] = [];
  const begun: Measured[] = [];
  const times = new Map([...servers.keys()].map((name) => [name, batches.map(() => Infinity)]));
  const last = new Map<string, Step>();
  for (const server of servers.values()) await server.step(0);
  for (let repeat = 0; repeat < options.repeats; repeat++) {
    for (const b of batches.keys())
      for (const [name, server] of servers) {
        const step = await server.step(b);
        last.set(name, step);
        times.get(name)![b] = Math.min(times.get(name)![b]!, step.ms);
      }
    if (python && peers)
      trl.push(await trlRun({ ...rewardTrainer, python, peers, model, steps: options.batches }));
    if (options.text)
      begun.push(
        await firstStep({ ...options, recipe: 'bradley-terry', text: options.text, folder }),
      );
  }
  for (const server of servers.values()) server.end();
  const tokens = batches.flat(3).length;
  const results = [...servers.keys()].map((name): Measured => {
    const seconds = times.get(name)!.reduce((a, b) => a + b, 0) / 1e3;
    const pairs = batches.flat().length;
    const peakMiB = last.get(name)!.rss;
    return { name, pairs: pairs / seconds, tokens: tokens / seconds, peakMiB };
  });
  report([...results, ...best(trl), ...best(begun)]);
}
