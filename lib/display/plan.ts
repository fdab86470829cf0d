/** A plan as text: what a run would do. */
import type { Plan, TrainEvent } from '../train/job.ts';
import { losses } from './run-text.ts';
import { submissionText } from './submission.ts';

/** Waits for the plan of a job that only plans, and says it. */
export async function dryRun(events: AsyncIterable<TrainEvent>): Promise<string> {
  let text = 'no plan was made';
  for await (const event of events) {
    if (event.type !== 'plan') continue;
    const { plan, submission } = event;
    text = [planText(plan), ...(submission ? [submissionText(submission)] : [])].join('\n\n');
  }
  return text;
}

export function planText(plan: Plan): string {
  const exact = (n: number): string => n.toLocaleString('en-US');
  const rows: [string, string][] = [
    ['parameters', exact(plan.parameters)],
    ...(plan.trained === undefined
      ? []
      : ([['trained', exact(plan.trained)]] satisfies [string, string][])),
    ['training rows', exact(plan.rows.train)],
    ['validation rows', exact(plan.rows.validation)],
    ['tokens an epoch', `${plan.approximate ? '≈' : ''}${exact(plan.tokens)}`],
    ['steps', `${exact(plan.steps)} in ${plan.epochs} ${plan.epochs === 1 ? 'epoch' : 'epochs'}`],
    ['memory', `≈${(plan.memoryBytes / 2 ** 20).toFixed(0)} MiB`],
  ];
  return [...rows.map(([name, text]) => `${name.padEnd(16)}${text}`), ...losses(plan)].join('\n');
}
