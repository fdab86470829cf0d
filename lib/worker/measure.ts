/** Measures a model on rows in a process of its own. */
import type { Measurement } from '../engine/measure-model.ts';
import type { Job } from '../train/job.ts';
import { startWorker } from './client.ts';
import { rowsWork, type RowsWorkOptions } from '../rows-work.ts';
import { fromRefusal } from './refusal.ts';

/** What `job.recipe`'s objective says of `job.model` on the files of `job.validation`. */
export async function measureInWorker(
  job: Job,
  options: RowsWorkOptions = {},
): Promise<Measurement> {
  using work = rowsWork('evaluating', options);
  const { signal } = work;
  const worker = startWorker();
  const release = (): void => worker.release();
  signal?.addEventListener('abort', release);
  try {
    worker.send({ type: 'measure', job });
    for await (const message of worker.messages()) {
      if (message.type === 'refused') throw fromRefusal(message.refusal);
      if (message.type === 'progress') work.report(message.done, message.rows);
      if (message.type === 'measured') return message.measurement;
    }
    signal?.throwIfAborted();
    throw new Error(`${await worker.death()}: ${worker.output()}`);
  } finally {
    signal?.removeEventListener('abort', release);
    worker.release();
  }
}
