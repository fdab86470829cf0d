/** What a job needs of a cluster, by its options alone. */
import type { Job } from '../../train/job.ts';
import type { Needs } from './resources.ts';

type Asked = Pick<Job, 'device' | 'threads' | 'options'>;

/** Ray Train: a worker takes as many CPUs as the job has threads, and a GPU on `cuda`. */
export function rayTrainNeeds({ device, threads, options }: Asked): Needs {
  const each = { CPU: threads, ...(device === 'cuda' && { GPU: 1 }) };
  return { workers: Number(options.workers), each };
}

/** VERL: beside each GPU so many CPUs. */
export function verlNeeds({ device, options }: Asked, cpus: number): Needs {
  const each = device === 'cuda' ? { CPU: cpus, GPU: 1 } : { CPU: 1 };
  return { workers: Number(options.workers), each };
}
