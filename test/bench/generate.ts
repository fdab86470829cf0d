/**
 * Generation beside transformers' `generate`, interleaved in one run: prompts of one length, as many new
 * tokens, one prompt at a time and 16 together. Tokens a second of wall time and of processor time.
 */
import { writeFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readConfig } from '../../lib/model/config.ts';
import { workerEnvironment } from '../../lib/worker/client.ts';
import { inFolder } from './peers.ts';
import { startServer } from './train/server.ts';
import type { Server } from './train/server.ts';

const usage = `bench generate --model FOLDER
  --python   a Python with torch and transformers; default $BENCH_PYTHON; none: no peer
  --prompt 64  --new 64  --prompts 1,16  --repeats 15  --threads 2  --temperature 0`;

interface Options {
  model: string;
  python: string | undefined;
  prompt: number;
  new: string;
  prompts: number[];
  repeats: number;
  threads: string;
  temperature: string;
}

interface Turn {
  ms: number;
  cpuMs: number;
  ids: number[][];
  rss: number;
}

export async function generateBench(words: string[]): Promise<void> {
  const options = read(words);
  if (!options) {
    console.log(usage);
    return;
  }
  await inFolder(async (folder) => {
    const file = join(folder, 'prompts.json');
    const { vocab } = await readConfig(options.model);
    await writeFile(file, JSON.stringify(makePrompts(options, vocab)));
    await measure(options, file);
  });
}

function read(words: string[]): Options | undefined {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: words,
    options: {
      ...{ model: text, python: text },
      prompt: { ...text, default: '64' },
      new: { ...text, default: '64' },
      prompts: { ...text, default: '1,16' },
      repeats: { ...text, default: '15' },
      threads: { ...text, default: '2' },
      temperature: { ...text, default: '0' },
    },
  });
  if (!values.model) return undefined;
  return {
    ...values,
    model: resolve(values.model),
    python: values.python ?? process.env.BENCH_PYTHON,
    prompt: Number(values.prompt),
    prompts: values.prompts.split(',').map(Number),
    repeats: Number(values.repeats),
  };
}

/** Token ids by a fixed rule: what is written does not matter, only that both write the same. */
function makePrompts({ prompt, prompts }: Options, vocab: number): number[][] {
  return Array.from({ length: Math.max(...prompts) }, (_, p) =>
    Array.from({ length: prompt }, (_, i) => (7919 * (p + 1) + 104_729 * i) % vocab),
  );
}

async function measure(options: Options, file: string): Promise<void> {
  const { model, python, threads, temperature } = options;
  const here = (path: string): string => resolve(import.meta.dirname, path);
  const common = [model, file, threads, options.new, temperature];
  const loader = ['--import', here('../../lib/typescript-loader.ts')];
  const servers = new Map<string, Server<Turn>>();
  const own = here('generate/rewardlab-server.ts');
  const command: [string, ...string[]] = [process.execPath, ...loader, own, ...common];
  servers.set('rewardlab', await startServer(command, workerEnvironment()));
  if (python) {
    const peer = here('generate/transformers_server.py');
    servers.set('transformers', await startServer([python, peer, ...common]));
  }
  const best = new Map<string, Turn>();
  for (const count of options.prompts)
    for (let repeat = -1; repeat < options.repeats; repeat++)
      for (const [name, server] of servers) {
        const turn = await server.step(count);
        if (repeat >= 0) keep(best, `${name}/${count}`, turn);
      }
  for (const server of servers.values()) server.end();
  report(options, [...servers.keys()], best);
}

/** The least wall time and the least processor time, which need not be of one turn. */
function keep(best: Map<string, Turn>, key: string, turn: Turn): void {
  const before = best.get(key) ?? turn;
  const ms = Math.min(before.ms, turn.ms);
  best.set(key, { ...turn, ms, cpuMs: Math.min(before.cpuMs, turn.cpuMs) });
}

function report(options: Options, names: readonly string[], best: Map<string, Turn>): void {
  const load = loadavg().map((value) => value.toFixed(1));
  const machine = `${cpus()[0]?.model}, ${options.threads} threads of ${cpus().length}`;
  console.log(`${machine}, load ${load.join(' ')}, Node ${process.version}\n`);
  console.log('| prompts | | tokens/s | per processor second | peak MiB | rewardlab is | |');
  console.log('|---|---|---|---|---|---|---|');
  for (const count of options.prompts) {
    const own = best.get(`rewardlab/${count}`)!;
    for (const name of names) {
      const { ms, cpuMs, rss, ids } = best.get(`${name}/${count}`)!;
      const tokens = count * Number(options.new);
      const figures = [tokens / ms, tokens / cpuMs].map((rate) => (rate * 1e3).toFixed(0));
      const ratios = `${(ms / own.ms).toFixed(2)}x, by processor time ${(cpuMs / own.cpuMs).toFixed(2)}x`;
      const same = JSON.stringify(ids) === JSON.stringify(own.ids) ? 'the same tokens' : 'others';
      const cells = [count, name, ...figures, rss.toFixed(0), ratios, same];
      console.log(`| ${cells.join(' | ')} |`);
    }
  }
}
