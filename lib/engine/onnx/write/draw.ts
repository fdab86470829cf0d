/** The next token of a row, drawn from what a step or a reading gave. */
import type { Value } from '../../../graph/executor.ts';
import { createSampler, logProbAt } from '../../../generate/sampler.ts';
import type { Random } from '../../../generate/sampler.ts';
import type { Writing } from '../messages.ts';

export type Outputs = Readonly<Record<string, Value>>;
export type Draw = (outputs: Outputs, at: number, random: Random) => Drawn;
export interface Drawn {
  id: number;
  logProb: number;
}

/** What of a step is needed to draw from it, and the new keys and values. */
export function stepOutputs(temperature: number): string[] {
  if (temperature === 0) return ['best', 'bestProb', 'fresh'];
  return temperature === 1 ? ['probs', 'fresh'] : ['scores', 'probs', 'fresh'];
}

/** Draws from row `at` of what a run gave. */
export function createDraw({ draw, vocab }: Pick<Writing, 'draw' | 'vocab'>): Draw {
  const { temperature } = draw;
  if (temperature === 0)
    return ({ best, bestProb }, at) => {
      const logProb = Math.log(Number(bestProb!.data[at]));
      return { id: Number(best!.data[at]), logProb };
    };
  const pick = createSampler(draw);
  const rowOf = ({ data }: Value, at: number): Float32Array =>
    (data as Float32Array).subarray(at * vocab, (at + 1) * vocab);
  return ({ scores, probs }, at, random) => {
    const row = rowOf(probs!, at);
    const id = pick(row, random);
    if (temperature === 1) return { id, logProb: Math.log(row[id]!) };
    return { id, logProb: logProbAt(rowOf(scores!, at), id, temperature) };
  };
}
