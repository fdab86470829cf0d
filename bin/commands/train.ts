/** `rewardlab train`: the job that `%train` runs, with one line of progress on stderr. */
import { join } from 'node:path';
import { resolveJob } from '../../lib/command/job.ts';
import { helpFor } from '../../lib/command/own-help.ts';
import { chartSvg } from '../../lib/display/svg.ts';
import { earlierCurves } from '../../lib/display/earlier-curves.ts';
import { plainLine } from '../../lib/display/escape.ts';
import { hasValues } from '../../lib/display/figure.ts';
import { placeText } from '../../lib/display/place.ts';
import { dryRun } from '../../lib/display/plan.ts';
import { terminalProgress } from '../../lib/display/terminal-progress.ts';
import { trainingFigure } from '../../lib/display/training-figure.ts';
import { UserError } from '../../lib/errors.ts';
import type { Job, TrainEvent } from '../../lib/train/job.ts';
import type { WorkerClient } from '../../lib/worker/client.ts';
import { runJob } from '../../lib/worker/run-job.ts';
import { writeWhole } from '../../lib/write-whole.ts';

/** Prints what a recipe takes, or all that there are. */
export async function trainHelp(words: readonly string[]): Promise<void> {
  const named = words.find((word) => !word.startsWith('-'));
  console.log(await helpFor(named, { cwd: process.cwd() }));
}

/** Returns the exit code: 1 where the run failed, 130 where it was stopped. */
export async function trainCommand(
  words: readonly string[],
  worker: WorkerClient,
): Promise<number> {
  const { job, live } = await resolveJob(words, { cwd: process.cwd() });
  if (job.options['background'] === true)
    throw new UserError(
      '--background is for a session, whose cells go on meanwhile',
      'in a shell, end the line with & instead',
    );
  const notice = (sentence: string): void => console.error(plainLine(sentence));
  job.notes?.forEach(notice);
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  const events = runJob(job, { signal: stop.signal, live, notice, worker });
  if (job.options['dry_run'] === true) {
    console.log(await dryRun(events));
    return 0;
  }
  return follow(job, events);
}

async function follow(job: Job, events: AsyncIterable<TrainEvent>): Promise<number> {
  const json = job.options['json'] === true;
  const progress = terminalProgress(process.stderr);
  let last: TrainEvent | undefined;
  try {
    for await (const event of events) {
      progress.take(event);
      if (json) process.stdout.write(`${JSON.stringify(event)}\n`);
      last = event;
    }
  } finally {
    progress.clear();
  }
  await keepFigure(job);
  const reason = last?.type === 'end' ? last.reason : 'failed';
  return { done: 0, stopped: 130, failed: 1 }[reason];
}

/** The figure of all that the run folder has recorded, resumed parts included. */
async function keepFigure(job: Job): Promise<void> {
  const title = `${job.recipe}: ${placeText(process.cwd(), job.output)}`;
  const figure = trainingFigure(title, await earlierCurves(job.output, Infinity));
  if (!figure.panels.some(hasValues)) return;
  try {
    await writeWhole(join(job.output, 'figure.svg'), await chartSvg(figure));
  } catch (error) {
    console.error(`figure.svg was not written: ${plainLine((error as Error).message)}`);
  }
}
