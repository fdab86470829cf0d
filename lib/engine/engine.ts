/** Where a job runs. An engine is one file here, or a folder, and one line in `index.ts`. */
import type { Job, JobCommand, TrainEvent } from '../train/job.ts';

export interface Engine {
  name: string;
  summary: string;
  /** What `--device` may say, the default first. */
  devices: readonly string[];
  /** Holds weights in the process that runs it, so it gets one of its own. */
  ownProcess: boolean;
  /** Why it cannot run here, in a sentence; undefined when it can. */
  unavailable(): Promise<string | undefined>;
  /** Ends with an `end` event, whatever happens. `signal` means: stop after this step, keep a checkpoint. */
  train(
    job: Job,
    commands: AsyncIterable<JobCommand>,
    signal: AbortSignal,
  ): AsyncIterable<TrainEvent>;
}
