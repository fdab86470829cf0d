/**
 * Ray's Jobs REST (2.60): what a cluster has, packages, jobs. Ray answers errors with a traceback
 * as text, of which the last line says what is wrong.
 */
import { z } from 'zod';
import { UserError } from '../../errors.ts';
import type { ClusterAddress } from './address.ts';
import { send, type Answer, type Asked } from './http.ts';

const version = z.object({ version: z.string(), ray_version: z.string() });
const job = z.object({
  status: z.enum(['PENDING', 'RUNNING', 'SUCCEEDED', 'FAILED', 'STOPPED']),
  message: z.string().nullish(),
  driver_exit_code: z.number().nullish(),
});
export type JobDetails = z.infer<typeof job>;

const resources = z.record(z.string(), z.number());
const nodes = z.object({
  data: z.object({
    summary: z.array(
      z.object({ raylet: z.object({ state: z.string(), resourcesTotal: resources.optional() }) }),
    ),
  }),
});
const usage = z.object({
  data: z.object({
    clusterStatus: z
      .object({
        loadMetricsReport: z
          .object({ usage: z.record(z.string(), z.tuple([z.number(), z.number()])) })
          .nullish(),
      })
      .nullish(),
  }),
});

/** What a live node of the cluster has: `{ CPU: 8, GPU: 1, memory: … }`. */
export type NodeResources = Readonly<Record<string, number>>;

export interface JobRequest {
  submission_id: string;
  entrypoint: string;
  runtime_env: Readonly<Record<string, unknown>>;
  metadata: Readonly<Record<string, string>>;
}

export interface RayClient {
  readonly address: ClusterAddress;
  /** Ray's version, such as `2.60.0`. Throws a `UserError` where nothing answers that this client can use. */
  version(): Promise<string>;
  nodes(): Promise<NodeResources[]>;
  /** What is in use, by resource, as far as the cluster says. */
  used(): Promise<Record<string, number>>;
  /** Uploads a package unless the cluster has it, and returns the URI that a `runtime_env` names. */
  upload(hash: string, bytes: Uint8Array): Promise<string>;
  submit(request: JobRequest): Promise<void>;
  /** Undefined where the cluster knows no such job. */
  details(id: string): Promise<JobDetails | undefined>;
  /** All that the job has printed. */
  logs(id: string): Promise<string>;
  /** Asks for an end. The answer says little: ask `details` for what came of it. */
  stop(id: string): Promise<void>;
}

/** The Jobs API that this client speaks: `version` of /api/version since Ray 2.0. */
const apiVersion = '4';

export function rayClient(address: ClusterAddress): RayClient {
  const json = async <T>(schema: z.ZodType<T>, path: string): Promise<T> =>
    read(schema, await ask(address, path), address);
  const of = (id: string): string => `/api/jobs/${encodeURIComponent(id)}`;
  return {
    address,
    async version() {
      const found = await json(version, '/api/version');
      if (found.version !== apiVersion)
        throw new UserError(
          `Ray ${found.ray_version} at ${address.url} speaks version ${found.version} of its Jobs API; this engine speaks ${apiVersion}`,
          'use a cluster of Ray 2.60',
        );
      return found.ray_version;
    },
    async nodes() {
      const { data } = await json(nodes, '/nodes?view=summary');
      return data.summary
        .filter(({ raylet }) => raylet.state === 'ALIVE')
        .map(({ raylet }) => raylet.resourcesTotal ?? {});
    },
    async used() {
      const { data } = await json(usage, '/api/cluster_status');
      const report = data.clusterStatus?.loadMetricsReport?.usage ?? {};
      return Object.fromEntries(Object.entries(report).map(([name, [used]]) => [name, used]));
    },
    async upload(hash, bytes) {
      const name = `_ray_pkg_${hash}.zip`;
      const path = `/api/packages/gcs/${name}`;
      const there = await reach(address, path);
      const headers = { 'content-type': 'application/octet-stream' };
      if (there.status === 404) await ask(address, path, { method: 'PUT', headers, body: bytes });
      else check(address, path, there);
      return `gcs://${name}`;
    },
    async submit(request) {
      const headers = { 'content-type': 'application/json' };
      await ask(address, '/api/jobs/', { method: 'POST', headers, body: JSON.stringify(request) });
    },
    async details(id) {
      const answer = await reach(address, of(id));
      return answer.status === 404 ? undefined : read(job, check(address, of(id), answer), address);
    },
    async logs(id) {
      return (await json(z.object({ logs: z.string() }), `${of(id)}/logs`)).logs;
    },
    async stop(id) {
      await ask(address, `${of(id)}/stop`, { method: 'POST' });
    },
  };
}

/** Nothing was heard: the network's fault or the address's, and perhaps for a moment only. */
export class Unreachable extends UserError {}

async function ask(address: ClusterAddress, path: string, asked: Asked = {}): Promise<string> {
  return check(address, path, await reach(address, path, asked));
}

async function reach(address: ClusterAddress, path: string, asked: Asked = {}): Promise<Answer> {
  try {
    const headers = { ...asked.headers, ...address.headers };
    return await send(address.url + path, { ...asked, headers });
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    throw new Unreachable(
      `no Ray cluster answers at ${address.url} (${code ?? message})`,
      'start one with ray start --head, or say where it is with --ray-address or RAY_ADDRESS',
      { cause },
    );
  }
}

/** The text of an answer that is none of refusal. */
function check({ url, token }: ClusterAddress, path: string, { status, text }: Answer): string {
  if (status >= 200 && status < 300) return text;
  if (status === 401 || status === 403)
    throw new UserError(
      token === undefined
        ? `Ray at ${url} wants a token`
        : `Ray at ${url} refuses the token of RAY_AUTH_TOKEN`,
      'set RAY_AUTH_TOKEN in the environment that rewardlab runs in',
    );
  const last = text.trimEnd().split('\n').at(-1)!;
  throw new UserError(`Ray at ${url} answered ${path} with ${status}: ${last.slice(0, 400)}`);
}

function read<T>(schema: z.ZodType<T>, text: string, { url }: ClusterAddress): T {
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new UserError(
      `what answers at ${url} is not Ray's Jobs API: '${text.slice(0, 80)}'`,
      'name the address of the dashboard, such as http://127.0.0.1:8265',
      { cause },
    );
  }
}
