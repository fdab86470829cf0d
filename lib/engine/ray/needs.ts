/** What a job needs of a cluster, by its options alone. */
import type { Job } from '../../train/job.ts';
import type { Needs } from './resources.ts';

/** A worker takes as many CPUs as the job has threads, and a GPU on `cuda`. */
export function needsOf({
  device,
  threads,
  options,
}: Pick<Job, 'device' | 'threads' | 'options'>): Needs {
  const each = { CPU: threads, ...(device === 'cuda' && { GPU: 1 }) };
  return { workers: Number(options.workers), each };
}
