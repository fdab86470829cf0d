/** A reward function of the process that started this one, asked over the pipe. */
import { deserialize, serialize } from 'node:v8';
import type { RewardCaller } from '../code/file-reward.ts';
import type { OwnScore, Rollout } from '../recipe/recipe.ts';
import type { FromWorker, ToWorker } from './protocol.ts';
import { fromRefusal, toRefusal } from './refusal.ts';

type Ask = Extract<FromWorker, { type: 'ask' }>;
type Answer = Extract<ToWorker, { type: 'answer' }>;

/** Rows hold dates and large integers, which the pipe's JSON lacks. */
function packRollouts(rollouts: readonly Rollout[]): string {
  return serialize(rollouts).toString('base64');
}

/** In the job's process: asks, and is told what came back. */
export interface PipeReward extends Pick<RewardCaller, 'ask'> {
  answered: (answer: Answer) => void;
}

export function pipeReward(send: (message: Ask) => Promise<void>): PipeReward {
  const waiting = new Map<number, (answer: Answer) => void>();
  let asked = 0;
  return {
    ask: (rollouts, signal) =>
      new Promise<OwnScore[]>((resolve, reject) => {
        const id = asked++;
        const stop = (): void => {
          waiting.delete(id);
          reject(signal?.reason as Error);
        };
        if (signal?.aborted) {
          stop();
          return;
        }
        signal?.addEventListener('abort', stop);
        waiting.set(id, ({ scores, refusal }) => {
          signal?.removeEventListener('abort', stop);
          if (scores) resolve(scores);
          else reject(fromRefusal(refusal!));
        });
        void send({ type: 'ask', id, rollouts: packRollouts(rollouts) });
      }),
    answered(answer) {
      waiting.get(answer.id)?.(answer);
      waiting.delete(answer.id);
    },
  };
}

/** In the process that has the function: calls it for what was asked. */
export async function answerAsk(
  { id, rollouts }: Ask,
  reward: RewardCaller | undefined,
  signal: AbortSignal | undefined,
): Promise<Answer> {
  try {
    if (!reward) throw new Error('a job asked for a reward function that it was not given');
    const asked = deserialize(Buffer.from(rollouts, 'base64')) as Rollout[];
    return { type: 'answer', id, scores: await reward.ask(asked, signal) };
  } catch (error) {
    return { type: 'answer', id, refusal: toRefusal(error) };
  }
}
