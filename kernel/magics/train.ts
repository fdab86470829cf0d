/** `%train`: a job from a line or a YAML body, with one live figure and one progress line. */
import { join } from 'node:path';
import type { Live, Scope } from '../../lib/code/live.ts';
import { resolveJob, type ResolvedJob } from '../../lib/command/job.ts';
import { completionsFor, helpFor } from '../../lib/command/own-help.ts';
import { splitWords } from '../../lib/command/words.ts';
import { earlierCurves } from '../../lib/display/earlier-curves.ts';
import { plainLine } from '../../lib/display/escape.ts';
import { placeFrom, placeText } from '../../lib/display/place.ts';
import { dryRun } from '../../lib/display/plan.ts';
import { advance, noProgress, type Progress } from '../../lib/display/progress.ts';
import {
  endText,
  failureText,
  keptText,
  lossTeller,
  stepsText,
} from '../../lib/display/run-text.ts';
import { addToCurves, noCurves, trainingFigure } from '../../lib/display/training-figure.ts';
import { UserError } from '../../lib/errors.ts';
import { nameInHub } from '../../lib/hub/cache.ts';
import { hubCache } from '../../lib/hub/settings.ts';
import { runJob } from '../../lib/worker/run-job.ts';
import { writeWhole } from '../../lib/write-whole.ts';
import type { Job, TrainEvent } from '../../lib/train/job.ts';
import type { Magic, MagicCall } from './magic.ts';
import { createRunView } from './run-view.ts';
import {
  backgroundRun,
  trainResult,
  type BackgroundRun,
  type TrainResult,
} from './train-result.ts';

/** What of the training library the magic calls; a test brings its own. */
export interface TrainLibrary {
  resolve(
    words: readonly string[],
    context: { cwd: string; scope: Scope; body?: string },
  ): Promise<ResolvedJob>;
  run(
    job: Job,
    options: { signal: AbortSignal; live: Live; notice: (sentence: string) => void },
  ): AsyncIterable<TrainEvent>;
  help(recipe: string | undefined, place: { cwd: string; scope?: Scope }): Promise<string>;
  complete(line: string, place: { scope: Scope; cwd: string }): Promise<string[]>;
  now?: () => number;
}

const shipped: TrainLibrary = {
  resolve: resolveJob,
  run: runJob,
  help: helpFor,
  complete: completionsFor,
};

export function trainMagic(library: TrainLibrary = shipped): Magic {
  return {
    name: 'train',
    summary:
      'trains a model: RECIPE --model M --train F… [--validation F…] [--OPTION V]… | JOB.yaml',
    takesBody: true,
    help: (line = '', scope) => {
      const named = line.split(/\s+/).find((word) => /^[^-?]/.test(word));
      return library.help(named, { cwd: process.cwd(), ...(scope && { scope }) });
    },
    complete: (line, scope) => library.complete(line, { scope, cwd: process.cwd() }),
    async run(call) {
      const words = splitWords(call.line);
      const body = call.body === undefined ? {} : { body: call.body };
      const { cwd, scope } = call;
      const { job, live } = await library.resolve(words, { cwd, scope, ...body });
      const notice = (sentence: string): void => call.write(`${plainLine(sentence)}\n`);
      job.notes?.forEach(notice);
      call.write(`${jobLine(job, call.cwd)}\n`);
      const background = job.options['background'] === true;
      const stop = new AbortController();
      const signal = background ? stop.signal : call.signal;
      const events = library.run(job, { signal, live, notice });
      if (job.options['dry_run'] === true) {
        call.write(`${await dryRun(events)}\n`);
        return undefined;
      }
      const finished = follow(job, events, call, library.now);
      return background ? inBackground(job, { finished, stop, call }) : finished;
    },
  };
}

/** Its picture goes on changing in its cell, and its failure is told there. */
function inBackground(
  job: Job,
  {
    finished,
    stop,
    call,
  }: Pick<BackgroundRun, 'finished'> & { stop: AbortController; call: MagicCall },
): BackgroundRun {
  finished.catch((error: unknown) => {
    const { message, hint } = error as UserError;
    call.write(`${plainLine(hint === undefined ? message : `${message}; ${hint}`)}\n`, 'stderr');
  });
  return backgroundRun({ run: placeFrom(call.cwd, job.output), finished }, stop);
}

async function follow(
  job: Job,
  events: AsyncIterable<TrainEvent>,
  call: MagicCall,
  now: () => number = Date.now,
): Promise<TrainResult> {
  let curves = noCurves();
  const title = `${job.recipe}: ${placeText(call.cwd, job.output)}`;
  const view = createRunView(call, () => trainingFigure(title, curves), now);
  const lossesOf = lossTeller();
  let progress: Progress = noProgress;
  for await (const event of events) {
    const resumed = event.type === 'step' && progress.first === undefined && event.step > 1;
    if (resumed) curves = await earlierCurves(job.output, event.step);
    progress = advance(progress, event, now());
    addToCurves(curves, event);
    const losses = event.type === 'plan' ? lossesOf(event.plan) : undefined;
    if (losses !== undefined) call.write(`${losses}\n`);
    await view.draw(progress);
    view.samples(event);
  }
  const svg = await view.finish(progress);
  if (svg !== undefined) await keepFigure(job, svg, call);
  const teller = { cwd: call.cwd, command: '%train' };
  if (progress.end?.reason === 'failed') {
    const log = placeText(call.cwd, join(job.output, 'log.txt'));
    throw new UserError(
      `the run failed at ${stepsText(progress)}: ${failureText(progress)}`,
      `${keptText(progress, teller)}; the log is ${log}`,
    );
  }
  call.write(`${endText(progress, teller)}\n`);
  return trainResult(job, progress, call.cwd);
}

/** A picture that cannot be kept is no reason to lose sight of the run. */
async function keepFigure(job: Job, svg: string, call: MagicCall): Promise<void> {
  try {
    await writeWhole(join(job.output, 'figure.svg'), svg);
  } catch (error) {
    call.write(`figure.svg was not written: ${plainLine((error as Error).message)}\n`, 'stderr');
  }
}

/** The job in a line: what was typed and what matters of what was not. The rest is in job.yaml. */
function jobLine(job: Job, cwd: string): string {
  const { learning_rate, batch_size, epochs, scheduler } = job.options;
  const options = `learning rate ${String(learning_rate)}, batch ${String(batch_size)}, epochs ${String(epochs)}, ${String(scheduler)}`;
  const model = nameInHub(job.model, hubCache()) ?? placeFrom(cwd, job.model);
  return plainLine(
    `${job.recipe} on ${model}: ${options}, ${job.engine} on ${job.device} with ${job.threads} threads, seed ${job.seed} → ${placeFrom(cwd, job.output)}`,
  );
}
