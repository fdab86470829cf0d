/** TRL's trainers, whole, by the peers' scripts. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

export interface Measured {
  name: string;
  pairs?: number;
  /** Real tokens a second: both answers with their prompts, no padding. */
  tokens?: number;
  /** Seconds from the start of the process to the end of the first step. */
  firstStep?: number;
  peakMiB?: number;
}

interface Result {
  pairs_per_s?: number;
  tokens_per_s: number;
  first_step_s: number;
  peak_rss_mib: number;
}

export interface Trainer {
  name: string;
  script: string;
  flags: readonly string[];
}

export const rewardTrainer: Trainer = {
  name: 'TRL RewardTrainer',
  script: 'bench_trl_reward.py',
  flags: ['--no_eval'],
};
export const sftTrainer: Trainer = {
  name: 'TRL SFTTrainer',
  script: 'bench_trl_sft.py',
  flags: [],
};
export const packedSftTrainer: Trainer = {
  name: 'TRL SFTTrainer, packing',
  script: 'bench_trl_sft.py',
  flags: ['--packing', '--batch', '8'],
};

export interface TrlOptions extends Trainer {
  python: string;
  peers: string;
  model: string;
  steps: number;
}

export async function trlRun(options: TrlOptions): Promise<Measured> {
  const { name, flags, python, peers, model, steps } = options;
  const script = join(peers, options.script);
  const args = [script, '--model', model, '--steps', String(steps), ...flags];
  const { stdout } = await promisify(execFile)(python, args, { maxBuffer: 1 << 26 });
  const line = stdout.split('\n').findLast((text) => text.startsWith('{'));
  if (!line) throw new Error(`${script} printed no result`);
  const result = JSON.parse(line) as Result;
  return {
    name,
    ...(result.pairs_per_s !== undefined && { pairs: result.pairs_per_s }),
    tokens: result.tokens_per_s,
    firstStep: result.first_step_s,
    peakMiB: result.peak_rss_mib,
  };
}
