/**
 * Rewards for a program in another language: Node runs this file, answers on stdout a line of JSON for each on
 * stdin, and ends with it. The file's one argument is the job's recipe and options, as JSON.
 */
import { createInterface } from 'node:readline';
import { isRead, type Facts, type Reward } from './judge.ts';
import { pairwiseReward } from './pairwise-reward.ts';
import { pointwiseReward } from './pointwise-reward.ts';

const rewards: Readonly<Record<string, (options: never) => Reward>> = {
  pairwise: pairwiseReward,
  pointwise: pointwiseReward,
};
const { recipe, options } = JSON.parse(process.argv[2]!) as { recipe: string; options: unknown };
const reward = rewards[recipe]!(options as never);

for await (const line of createInterface({ input: process.stdin })) {
  const { completion, facts } = JSON.parse(line) as { completion: string; facts: Facts };
  const { score, accuracy, status, predicted } = reward(completion, facts);
  const parsed = Number(isRead({ status }));
  console.log(JSON.stringify({ score, accuracy, parsed, predicted: String(predicted) }));
}
