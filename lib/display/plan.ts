/** A plan as text: what a run would do. */
import type { Plan, TrainEvent } from '../train/job.ts';
import { losses } from './progress.ts';

/** Waits for the plan of a job that only plans, and says it. */
export async function dryRun(events: AsyncIterable<TrainEvent>): Promise<string> {
  let text = 'no plan was made';
  for await (const event of events) if (event.type === 'plan') text = planText(event.plan);
  return text;
}

export function planText(plan: Plan): string {
  const about = plan.approximate ? '≈' : '';
  const number = (n: number): string => about + n.toLocaleString('en-US');
  const rows: [string, string][] = [
    ['parameters', plan.parameters.toLocaleString('en-US')],
    ['training rows', number(plan.rows.train)],
    ['validation rows', number(plan.rows.validation)],
    ['tokens an epoch', number(plan.tokens)],
    ['steps', `${number(plan.steps)} in ${plan.epochs} ${plan.epochs === 1 ? 'epoch' : 'epochs'}`],
    ['memory', `≈${(plan.memoryBytes / 2 ** 20).toFixed(0)} MiB`],
  ];
  const lost = losses(plan);
  return [
    ...rows.map(([name, text]) => `${name.padEnd(16)}${text}`),
    ...(lost === undefined ? [] : [lost]),
  ].join('\n');
}
