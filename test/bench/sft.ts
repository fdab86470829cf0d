/**
 * Steps of sft beside TRL's SFTTrainer, in real tokens a second: no padding counted. Both learn every
 * token in one row, since that is what the peer's script does; the first row learns the assistant's alone.
 */
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { openRows, type Row } from '../../lib/data/rows.ts';
import { sft } from '../../lib/recipe/sft.ts';
import type { Policy } from '../../lib/recipe/recipe.ts';
import { loadEncoder } from '../../lib/text/encoder.ts';
import { inFolder, peerOptions, readFlags, type PeerOptions } from './peers.ts';
import { firstStep } from './train/first-step.ts';
import { best, report } from './train/report.ts';
import { startServer, type Server, type Step } from './train/server.ts';
import { packedSftTrainer, sftTrainer, trlRun, type Measured } from './train/trl.ts';

const usage = `bench sft --model FOLDER --data FILE.parquet
  --data     conversations in a column messages
  --python   a Python with trl; default $BENCH_PYTHON; none: no peers
  --peers    folder of bench_trl_sft.py; default $BENCH_PEERS
  --batches 4  --repeats 3  --threads 2`;

const batchSize = 16;

interface Options extends PeerOptions {
  model: string;
  data: string;
}

export async function sftBench(words: string[]): Promise<void> {
  const options = read(words);
  if (options) await inFolder((folder) => measure(options, folder));
  else console.log(usage);
}

function read(words: string[]): Options | undefined {
  const values = readFlags(words, ['model', 'data']);
  const { model, data } = values;
  if (!model || !data) return undefined;
  return { model: resolve(model), data: resolve(data), ...peerOptions(values) };
}

type Conversation = { input_ids: number[]; loss_mask: number[] } & Row;

/** Rows from all over the file, so that a batch has long and short ones, as the recipe reads them. */
async function readBatches({ model, data, batches }: Options): Promise<Conversation[][]> {
  const rows = await openRows(data);
  const count = batches * batchSize;
  const stride = Math.max(1, Math.floor(rows.count / count));
  const source = sft.batches({
    ...{ rows, text: await loadEncoder(model), options: sft.options.parse({}), seed: 0 },
    ...{ split: 'validation', policy: {} as Policy },
    kept: Int32Array.from({ length: count }, (_, i) => (i * stride) % rows.count),
    batching: { batchSize, shuffle: false, maxLength: 512, truncation: 'right' },
  });
  const read: Conversation[][] = [];
  for await (const { examples } of source)
    read.push(
      examples.map(({ segments, reads }) => {
        const input_ids = [...segments[0]!.ids];
        const learnt = new Set(reads.map(({ offset }) => offset + 1));
        return { input_ids, loss_mask: input_ids.map((_, i) => Number(learnt.has(i))) };
      }),
    );
  return read;
}

async function measure(options: Options, folder: string): Promise<void> {
  const { model, python, peers, repeats } = options;
  const batches = await readBatches(options);
  const servers = await startServers(options, folder, batches);
  const times = new Map([...servers.keys()].map((name) => [name, batches.map(() => Infinity)]));
  const last = new Map<string, Step>();
  const trl: Measured[][] = [[], []];
  const begun: Measured[] = [];
  for (const server of servers.values()) await server.step(0);
  for (let repeat = 0; repeat < repeats; repeat++) {
    for (const b of batches.keys())
      for (const [name, server] of servers) {
        const step = await server.step(b);
        last.set(name, step);
        times.get(name)![b] = Math.min(times.get(name)![b]!, step.ms);
      }
    begun.push(await firstStep({ ...options, recipe: 'sft', text: options.data, folder }));
    if (!python || !peers) continue;
    for (const [i, trainer] of [sftTrainer, packedSftTrainer].entries())
      trl[i]!.push(await trlRun({ ...trainer, python, peers, model, steps: options.batches }));
  }
  for (const server of servers.values()) server.end();
  const tokens = batches.flat().reduce((sum, { input_ids }) => sum + input_ids.length, 0);
  const results = [...servers.keys()].map((name): Measured => {
    const seconds = times.get(name)!.reduce((a, b) => a + b, 0) / 1e3;
    return { name, tokens: tokens / seconds, peakMiB: last.get(name)!.rss };
  });
  report([...results, ...trl.flatMap(best), ...best(begun)]);
}

async function startServers(
  { model, threads }: Options,
  folder: string,
  batches: readonly Conversation[][],
): Promise<Map<string, Server>> {
  const loader = resolve(import.meta.dirname, '../../lib/typescript-loader.ts');
  const script = resolve(import.meta.dirname, 'sft/rewardlab-server.ts');
  const assistant = join(folder, 'assistant.json');
  const every = join(folder, 'every.json');
  await writeFile(assistant, JSON.stringify(batches));
  const unmasked = batches.map((batch) => batch.map(({ input_ids }) => ({ input_ids })));
  await writeFile(every, JSON.stringify(unmasked));
  const servers = new Map<string, Server>();
  for (const [name, file, microBatchTokens] of [
    ['rewardlab', assistant, 1024],
    ['rewardlab, every token', every, 1024],
    ['rewardlab, every token, unpacked', every, 1],
  ] as const) {
    const words = [loader, script, model, file, String(threads), String(microBatchTokens)];
    servers.set(name, await startServer([process.execPath, '--import', ...words]));
  }
  return servers;
}
