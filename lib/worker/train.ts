/** Training from a script or a cell: settings in, the result out. */
import { parseJob } from '../command/job.ts';
import { UserError } from '../errors.ts';
import type { JobCommand, OptionValue, TrainEvent } from '../train/job.ts';
import { runJob } from './run-job.ts';

/** A recipe's name, model, files, and options by the names of job.yaml. */
export interface TrainSettings {
  recipe: string;
  model: string;
  train: string | readonly string[];
  validation?: string | readonly string[];
  [option: string]: OptionValue | readonly string[] | readonly number[] | undefined;
}

export interface TrainHooks {
  /** Aborted: stops after the current step and keeps a checkpoint. */
  signal?: AbortSignal;
  commands?: AsyncIterable<JobCommand>;
  onEvent?: (event: TrainEvent) => void;
  /** What paths are relative to. Default: the working folder. */
  cwd?: string;
}

export interface TrainResult {
  /** The run folder. */
  run: string;
  reason: 'done' | 'stopped';
  /** The folder of the trained model, when the run is done. */
  model?: string;
  /** The last checkpoint, to resume from. */
  checkpoint?: string;
  steps: number;
  /** Metrics of the last step, and of the last validation. */
  train: Record<string, number>;
  validation?: Record<string, number>;
}

/** Trains to the end. Throws a `UserError` where the settings are wrong or the run fails. */
export async function train(
  settings: TrainSettings,
  { cwd = process.cwd(), onEvent, ...run }: TrainHooks = {},
): Promise<TrainResult> {
  const given = Object.entries(settings).filter(([, value]) => value !== undefined);
  const job = await parseJob([], { cwd, settings: Object.fromEntries(given) });
  const result: TrainResult = { run: job.output, reason: 'done', steps: 0, train: {} };
  for await (const event of runJob(job, run)) {
    onEvent?.(event);
    if (event.type === 'step') Object.assign(result, { steps: event.step, train: event.metrics });
    if (event.type === 'validation') result.validation = event.metrics;
    if (event.type !== 'end') continue;
    if (event.reason === 'failed')
      throw new UserError(
        `the run in '${job.output}' failed at step ${event.step}: ${event.message ?? ''}`,
      );
    const { reason, model, checkpoint } = event;
    Object.assign(result, { reason, ...(model && { model }), ...(checkpoint && { checkpoint }) });
  }
  return result;
}
