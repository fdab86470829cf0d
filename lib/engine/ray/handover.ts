/** What of a job goes to the cluster: a program, its files, and what it needs. */
import { createHash } from 'node:crypto';
import type { Recipe } from '../../recipe/recipe.ts';
import type { Job, Plan, Submission } from '../../train/job.ts';
import type { ResumePoint } from '../../train/run-folder.ts';
import { clusterAddress } from './address.ts';
import type { NodeResources } from './client.ts';
import type { Needs } from './resources.ts';
import { zip, type PackedFile } from './zip.ts';

export interface HandoverPlace {
  job: Job;
  recipe: Recipe;
  /** The name of the job on the cluster, which the run folder says too. */
  submission: string;
  from: ResumePoint | undefined;
  /** The cluster's; none where it was not asked. */
  nodes: readonly NodeResources[];
  /** Told what the person should know. */
  notice: (sentence: string) => void;
}

export interface Handover {
  plan: Plan;
  entrypoint: string;
  env: Readonly<Record<string, string>>;
  files: readonly PackedFile[];
  /** Folders that are too large to go along, so the cluster has to see them. */
  reads: readonly string[];
  /** The job's options as the trainer there has them. */
  overrides?: readonly string[];
}

/** What trains a recipe on a cluster. */
export interface Program {
  needs(job: Job): Needs;
  handOver(place: HandoverPlace): Promise<Handover>;
}

export interface Package {
  hash: string;
  bytes: Buffer;
}

export function packageOf({ files }: Handover): Package {
  const bytes = zip(files);
  return { bytes, hash: createHash('sha256').update(bytes).digest('hex').slice(0, 16) };
}

/** Every line of the log as it is; a model's files, and nothing of the hub. */
const everyEnv = { RAY_DEDUP_LOGS: '0', TOKENIZERS_PARALLELISM: 'false', HF_HUB_OFFLINE: '1' };

/** The request's `runtime_env`; `uri` is the package's. */
export function runtimeEnv({ env }: Handover, uri: string): Record<string, unknown> {
  return { working_dir: uri, env_vars: { ...everyEnv, ...env } };
}

/** What `--dry-run` shows of it. */
export function submissionOf(job: Job, handover: Handover, needs: Needs): Submission {
  const { hash, bytes } = packageOf(handover);
  const { workers, each } = needs;
  return {
    address: clusterAddress(job.options.ray_address as string | null).url,
    entrypoint: handover.entrypoint,
    runtimeEnv: runtimeEnv(handover, `gcs://_ray_pkg_${hash}.zip`),
    packageBytes: bytes.length,
    files: handover.files.map(({ name, data }) => ({ name, bytes: data.length })),
    reads: [...handover.reads],
    resources: { workers, each: { ...each } },
    ...(handover.overrides && { overrides: [...handover.overrides] }),
  };
}
