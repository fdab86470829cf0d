/** `%train`: a job from a line or a YAML body, with one live figure and one progress line. */
import { join } from 'node:path';
import { trainCompletions, trainHelp } from '../../lib/command/help.ts';
import { parseJob } from '../../lib/command/job.ts';
import { splitWords } from '../../lib/command/words.ts';
import { chartBundle } from '../../lib/display/chart.ts';
import { plainLine } from '../../lib/display/escape.ts';
import { dryRun } from '../../lib/display/plan.ts';
import {
  advance,
  endText,
  losses,
  noProgress,
  progressBundle,
  type Progress,
} from '../../lib/display/progress.ts';
import { addToCurves, noCurves, trainingFigure } from '../../lib/display/training-figure.ts';
import { UserError } from '../../lib/errors.ts';
import { runJob } from '../../lib/worker/run-job.ts';
import { writeWhole } from '../../lib/write-whole.ts';
import type { Job, Plan, TrainEvent } from '../../lib/train/job.ts';
import type { Magic, MagicCall } from './magic.ts';

/** What of the training library the magic calls; a test brings its own. */
export interface TrainLibrary {
  parse(words: readonly string[], context: { cwd: string; body?: string }): Promise<Job>;
  run(job: Job, options: { signal: AbortSignal }): AsyncIterable<TrainEvent>;
  help(recipe?: string): string;
  complete(line: string): string[];
  now?: () => number;
}

/** What `%train` gives back: `const run = await magic('train', '…')`, or the cell's result. */
export interface TrainResult {
  run: string;
  model?: string;
  steps: number;
  train: Record<string, number>;
  validation?: Record<string, number>;
}

/** Pictures a second that a front end is asked to draw. */
const redrawMs = 350;

const shipped: TrainLibrary = {
  parse: parseJob,
  run: runJob,
  help: trainHelp,
  complete: trainCompletions,
};

export function trainMagic(library: TrainLibrary = shipped): Magic {
  return {
    name: 'train',
    summary:
      'trains a model: RECIPE --model M --train F… [--validation F…] [--OPTION V]… | JOB.yaml',
    takesBody: true,
    help: () => library.help(),
    complete: (line) => library.complete(line),
    async run(call) {
      const words = splitWords(call.line);
      if (words.includes('--help')) {
        call.write(`${library.help(words.find((word) => !word.startsWith('-')))}\n`);
        return undefined;
      }
      const body = call.body === undefined ? {} : { body: call.body };
      const job = await library.parse(words, { cwd: call.cwd, ...body });
      for (const note of job.notes ?? []) call.write(`${plainLine(note)}\n`);
      call.write(`${jobLine(job)}\n`);
      const events = library.run(job, { signal: call.signal });
      if (job.options['dry_run'] === true) {
        call.write(`${await dryRun(events)}\n`);
        return undefined;
      }
      return follow(job, events, call, library.now);
    },
  };
}

async function follow(
  job: Job,
  events: AsyncIterable<TrainEvent>,
  call: MagicCall,
  now: () => number = Date.now,
): Promise<TrainResult> {
  const curves = noCurves();
  const title = `${job.recipe}: ${job.output}`;
  let progress: Progress = noProgress;
  const view = createView(call, () => trainingFigure(title, curves), now);
  for await (const event of events) {
    progress = advance(progress, event, now());
    addToCurves(curves, event);
    if (event.type === 'plan' && !event.plan.approximate) sayLosses(event.plan, call);
    await view.draw(progress, false);
  }
  const svg = await view.draw(progress, true);
  if (progress.end && svg !== undefined) await writeWhole(join(job.output, 'figure.svg'), svg);
  call.write(`${endText(progress)}\n`);
  if (progress.end?.reason === 'failed')
    throw new UserError(
      `the run failed: ${progress.end.message ?? 'unknown reason'}`,
      `its log is ${join(job.output, 'log.txt')}`,
    );
  return resultOf(job, progress);
}

/** The progress line above, the figure below; both keep their place and change in it. */
function createView(
  call: MagicCall,
  figure: () => ReturnType<typeof trainingFigure>,
  now: () => number,
) {
  let line: string | undefined;
  let chart: string | undefined;
  let drawn = -Infinity;
  return {
    /** Returns the figure's SVG where it was drawn. */
    async draw(progress: Progress, last: boolean): Promise<string | undefined> {
      if (!last && now() - drawn < redrawMs) return undefined;
      drawn = now();
      line = call.display(progressBundle(progress), line === undefined ? {} : { id: line });
      if (progress.step === 0 && !last) return undefined;
      const bundle = await chartBundle(figure());
      chart = call.display(bundle, chart === undefined ? {} : { id: chart });
      return bundle['image/svg+xml'] as string;
    },
  };
}

function sayLosses(plan: Plan, call: MagicCall): void {
  const text = losses(plan);
  if (text !== undefined) call.write(`${text}\n`);
}

/** The job in a line: what was typed and what matters of what was not. The rest is in job.yaml. */
function jobLine(job: Job): string {
  const { learning_rate, batch_size, epochs, scheduler } = job.options;
  const options = `learning rate ${String(learning_rate)}, batch ${String(batch_size)}, epochs ${String(epochs)}, ${String(scheduler)}`;
  return plainLine(
    `${job.recipe} on ${job.model}: ${options}, ${job.engine} on ${job.device} with ${job.threads} threads, seed ${job.seed} → ${job.output}`,
  );
}

function resultOf(job: Job, { end, metrics, validation, step }: Progress): TrainResult {
  return {
    run: job.output,
    ...(end?.model !== undefined && { model: end.model }),
    steps: step,
    train: { ...metrics },
    ...(validation && { validation: { ...validation } }),
  };
}
