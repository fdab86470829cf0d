/**
 * Our side of the comparison: whole GRPO steps as a job takes them, on the peer script's own prompts and
 * rewards. Arguments: a JSON object as `RunSettings`. Prints one JSON object.
 */
import { parseJob } from '../../../lib/command/job.ts';
import type { Row } from '../../../lib/data/rows.ts';
import { engines } from '../../../lib/engine/index.ts';
import { grpoRecipe } from '../../../lib/recipe/grpo/recipe.ts';
import type { Recipe } from '../../../lib/recipe/recipe.ts';
import { pairwiseOptions, type PairwiseOptions } from '../../../lib/reward/options.ts';
import { runJob } from '../../../lib/worker/run-job.ts';

export interface RunSettings {
  model: string;
  data: string;
  output: string;
  prompts: number;
  n: number;
  steps: number;
  maxNew: number;
  maxPrompt: number;
  threads: number;
}

interface Answer {
  answer: { content: string };
}

/** What bench_trl_grpo.py asks and rewards. */
const asked = grpoRecipe<PairwiseOptions>({
  name: 'bench',
  summary: 'the peer script',
  columns: {},
  rewards: ['exact'],
  options: pairwiseOptions,
  judge: () => ({
    columns: () => ['input', 'output', 'metadata'],
    read: (row) => ({
      messages: [{ role: 'user', content: promptOf(row) }],
      truth: (row.metadata as { preferred: string }).preferred,
      source: 'bench',
    }),
    reward(text, { truth }) {
      const found = /<better>(.*?)<\/better>/s.exec(text)?.[1]?.trim().toUpperCase();
      const letters = text.split('A').length - 1;
      const score = found === truth ? 1 : found ? 0.1 : 0.01 * Math.min(1, letters / 10);
      return { score, accuracy: found === truth ? 1 : 0, predicted: found ?? '', status: 'ok' };
    },
  }),
});

function promptOf({ input, output }: Row): string {
  const [question] = input as unknown as { content: string }[];
  const [a, b] = (output as unknown as Answer[]).map(({ answer }) => answer.content);
  return `Compare the two responses.\n<query>${question!.content}</query>\n<response_a>${a}</response_a>\n<response_b>${b}</response_b>\nAnswer with <better>A</better> or <better>B</better>.`;
}

const given = JSON.parse(process.argv[2]!) as RunSettings;
const words = [
  ...['bench', '--model', given.model, '--train', given.data, '--output-dir', given.output],
  ...['--batch-size', String(given.prompts), '--n', String(given.n), '--thinking', 'off'],
  ...[
    '--max-response-length',
    String(given.maxNew),
    '--max-prompt-length',
    String(given.maxPrompt),
  ],
  ...['--max-steps', String(given.steps), '--threads', String(given.threads)],
  ...['--use-kl-loss', '--kl-loss-coef', '0.001', '--learning-rate', '1e-4'],
];
const lists = { recipes: [asked as Recipe], engines };
const started = performance.now();
const job = await parseJob(words, { cwd: process.cwd(), ...lists });
const seconds: number[] = [];
let tokens = 0;
let firstStep = 0;
for await (const event of runJob(job, { ...lists, inProcess: true })) {
  if (event.type === 'end' && event.reason !== 'done') throw new Error(event.message);
  if (event.type !== 'step') continue;
  if (seconds.length === 0) firstStep = (performance.now() - started) / 1000;
  seconds.push(event.metrics.seconds!);
  tokens = event.metrics.num_tokens!;
}
const rss = process.resourceUsage().maxRSS / 1024;
console.log(JSON.stringify({ seconds, tokens, firstStep, rss }));
