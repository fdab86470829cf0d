/** TRL's RewardTrainer, whole, by the peer's script. */
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
  pairs_per_s: number;
  tokens_per_s: number;
  first_step_s: number;
  peak_rss_mib: number;
}

export interface TrlOptions {
  python: string;
  peers: string;
  model: string;
  steps: number;
}

export async function trlRun({ python, peers, model, steps }: TrlOptions): Promise<Measured> {
  const script = join(peers, 'bench_trl_reward.py');
  const args = [script, '--model', model, '--steps', String(steps), '--no_eval'];
  const { stdout } = await promisify(execFile)(python, args, { maxBuffer: 1 << 26 });
  const line = stdout.split('\n').findLast((text) => text.startsWith('{'));
  if (!line) throw new Error(`${script} printed no result`);
  const result = JSON.parse(line) as Result;
  return {
    name: 'TRL RewardTrainer',
    pairs: result.pairs_per_s,
    tokens: result.tokens_per_s,
    firstStep: result.first_step_s,
    peakMiB: result.peak_rss_mib,
  };
}
