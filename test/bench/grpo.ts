/**
 * Whole GRPO steps (rollout, rewards, log-probabilities of the reference, update) beside TRL's
 * GRPOTrainer: the same prompts and rewards, as many completions as long; seconds a step.
 */
import { execFile } from 'node:child_process';
import { cpus, loadavg } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import type { RunSettings } from './grpo/rewardlab-run.ts';
import { inFolder } from './peers.ts';

const usage = `bench grpo --model FOLDER --data FILE.parquet
  --data     pairs as RM-Gallery exports them (input, output, metadata)
  --python   a Python with trl; default $BENCH_PYTHON; none: no peer
  --peers    folder of bench_trl_grpo.py; default $BENCH_PEERS
  --prompts 4  --n 4  --max-new 64  --max-prompt 384  --steps 4  --repeats 2  --threads 2`;

interface Options extends Omit<RunSettings, 'output'> {
  repeats: number;
  python: string | undefined;
  peers: string | undefined;
}

interface Result {
  /** Of every step. */
  seconds: number[];
  /** Of all sequences, prompts counted with each. */
  tokens: number;
  firstStep: number;
  rss: number;
}

export async function grpoBench(words: string[]): Promise<void> {
  const options = read(words);
  if (!options) {
    console.log(usage);
    return;
  }
  const results = new Map<string, Result[]>();
  const add = (name: string, result: Result): void =>
    void results.set(name, [...(results.get(name) ?? []), result]);
  await inFolder(async (folder) => {
    for (let repeat = 0; repeat < options.repeats; repeat++) {
      add('rewardlab', await ownRun({ ...options, output: join(folder, String(repeat)) }));
      if (options.python && options.peers) add('TRL GRPOTrainer', await trlRun(options));
    }
  });
  report(results, options);
}

function read(words: string[]): Options | undefined {
  const numbers = {
    ...{ prompts: '4', n: '4', 'max-new': '64', 'max-prompt': '384' },
    ...{ steps: '4', repeats: '2', threads: '2' },
  };
  const names = ['model', 'data', 'python', 'peers', ...Object.keys(numbers)];
  const text = { type: 'string' } as const;
  const options = Object.fromEntries(names.map((name) => [name, text]));
  const { values } = parseArgs({ args: words, options }) as { values: Record<string, string> };
  const { model, data } = values;
  if (!model || !data) return undefined;
  const peers = values.peers ?? process.env.BENCH_PEERS;
  const number = (name: keyof typeof numbers): number => Number(values[name] ?? numbers[name]);
  return {
    ...{ model: resolve(model), data: resolve(data), peers: peers && resolve(peers) },
    python: values.python ?? process.env.BENCH_PYTHON,
    ...{ prompts: number('prompts'), n: number('n'), steps: number('steps') },
    ...{ maxNew: number('max-new'), maxPrompt: number('max-prompt') },
    ...{ repeats: number('repeats'), threads: number('threads') },
  };
}

async function ownRun(settings: RunSettings): Promise<Result> {
  const loader = resolve(import.meta.dirname, '../../lib/typescript-loader.ts');
  const script = resolve(import.meta.dirname, 'grpo/rewardlab-run.ts');
  return lastLine<Result>(process.execPath, [
    ...['--import', loader, script],
    JSON.stringify(settings),
  ]);
}

/** What the peer's script prints. */
interface Printed {
  step_times: number[];
  first_step_s: number;
  peak_rss_mib: number;
}

async function trlRun({ python, peers, ...given }: Options): Promise<Result> {
  const script = join(peers!, 'bench_trl_grpo.py');
  const sizes = [
    ...['--prompts', String(given.prompts), '--n', String(given.n), '--steps', String(given.steps)],
    ...['--max_new', String(given.maxNew), '--max_prompt', String(given.maxPrompt)],
  ];
  const env = { ...process.env, OMP_NUM_THREADS: String(given.threads) };
  const args = [script, '--model', given.model, ...sizes];
  const found = await lastLine<Printed & { num_tokens?: number }>(python!, args, env);
  return {
    ...{ seconds: found.step_times, firstStep: found.first_step_s, rss: found.peak_rss_mib },
    tokens: found.num_tokens ?? NaN,
  };
}

/** The JSON object that a program prints last. */
async function lastLine<T>(program: string, args: string[], env = process.env): Promise<T> {
  const { stdout } = await promisify(execFile)(program, args, { maxBuffer: 1 << 26, env });
  const line = stdout.split('\n').findLast((text) => text.startsWith('{"'));
  if (!line) throw new Error(`${args.join(' ')} printed no result`);
  return JSON.parse(line) as T;
}

function report(results: ReadonlyMap<string, Result[]>, options: Options): void {
  const load = loadavg().map((value) => value.toFixed(1));
  const { prompts, n, maxNew, steps, repeats } = options;
  console.log(
    `${cpus()[0]?.model}, ${cpus().length} threads, load ${load.join(' ')}, Node ${process.version}`,
  );
  console.log(
    `${prompts} prompts, ${n} completions of ${maxNew} tokens; the best of ${repeats * (steps - 1)} steps after the first of each run\n`,
  );
  console.log(
    '| | s/step | tokens a step | first step s | peak MiB | rewardlab is |\n|---|---|---|---|---|---|',
  );
  const own = bestStep(results.get('rewardlab')!);
  for (const [name, runs] of results) {
    const best = bestStep(runs);
    const tokens = runs[0]!.tokens / steps;
    const first = Math.min(...runs.map(({ firstStep }) => firstStep));
    const rss = Math.max(...runs.map((run) => run.rss));
    const cells = [best.toFixed(2), Number.isNaN(tokens) ? '–' : tokens.toFixed(0)];
    const ratio = name === 'rewardlab' ? '–' : `${(best / own).toFixed(2)}x`;
    console.log(`| ${[name, ...cells, first.toFixed(1), rss.toFixed(0), ratio].join(' | ')} |`);
  }
}

/** Steps after the first, which compiles. */
function bestStep(runs: readonly Result[]): number {
  return Math.min(...runs.flatMap(({ seconds }) => seconds.slice(1)));
}
