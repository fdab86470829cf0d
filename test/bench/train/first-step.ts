/** `rewardlab train` from the start of the process to the first step, with the memory of all its processes. */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { TrainEvent } from '../../../lib/train/job.ts';
import type { Measured } from './trl.ts';

export interface FirstStepOptions {
  recipe: string;
  model: string;
  text: string;
  threads: number;
  /** For run folders. */
  folder: string;
}

export async function firstStep(options: FirstStepOptions): Promise<Measured> {
  const root = resolve(import.meta.dirname, '../../..');
  const args = [
    ...['--import', join(root, 'lib/typescript-loader.ts'), join(root, 'bin/rewardlab.ts')],
    ...['train', options.recipe, '--model', options.model, '--train', options.text],
    ...['--threads', String(options.threads), '--max-steps', '4', '--batch-size', '16'],
    ...[
      '--learning-rate',
      '1e-3',
      '--output-dir',
      await mkdtemp(join(options.folder, 'run-')),
      '--json',
    ],
  ];
  const start = performance.now();
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let seconds: number | undefined;
  let peak = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    const event = JSON.parse(line) as TrainEvent;
    if (event.type !== 'step') continue;
    seconds ??= (performance.now() - start) / 1e3;
    peak = Math.max(peak, await peakMemory(child.pid!));
  }
  if (seconds === undefined) throw new Error('rewardlab train took no step');
  return { name: `rewardlab train ${options.recipe}`, firstStep: seconds, peakMiB: peak };
}

/** Sum of the peaks of a process and its descendants, in MiB, from Linux's /proc. */
async function peakMemory(pid: number): Promise<number> {
  const read = (name: string): Promise<string> =>
    readFile(`/proc/${pid}/${name}`, 'utf8').catch(() => '');
  const own = Number(/VmHWM:\s+(\d+)/.exec(await read('status'))?.[1] ?? 0) / 1024;
  const children = (await read(`task/${pid}/children`)).trim().split(/\s+/).filter(Boolean);
  const below = await Promise.all(children.map((child) => peakMemory(Number(child))));
  return below.reduce((a, b) => a + b, own);
}
