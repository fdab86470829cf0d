/**
 * What a job prints, as it prints it. Ray's socket begins with the log's first line whenever it is opened, has
 * several lines in a frame, and ends with the job or with the network: so what was seen is skipped, and the
 * job itself is asked whether it has ended.
 */
import { on } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { Unreachable, type JobDetails, type RayClient } from './client.ts';

export interface Tailing {
  /** Aborted: nobody reads on. */
  signal: AbortSignal;
  /** Told once when the cluster is lost, and once when it is there again. */
  notice: (sentence: string) => void;
  /** Longest time between two attempts, in milliseconds. */
  longestWait?: number;
}

/** Milliseconds between two looks at a job whose socket closes at once, as before it has begun. */
const shortestWait = 250;

export type Tailed = { text: string } | { details: JobDetails | undefined };

/** Pieces of the log, then the job's last word; undefined where the cluster has forgotten the job. */
export async function* tail(
  client: RayClient,
  id: string,
  { signal, notice, longestWait = 30_000 }: Tailing,
): AsyncGenerator<Tailed> {
  let seen = 0;
  let wait = shortestWait;
  let lost = false;
  while (!signal.aborted) {
    try {
      let skip = seen;
      for await (const text of frames(client, id, signal)) {
        const fresh = text.slice(skip);
        skip = Math.max(0, skip - text.length);
        seen += fresh.length;
        if (fresh !== '') yield { text: fresh };
      }
      const details = await client.details(id);
      if (lost) notice(`${client.address.url} answers again`);
      lost = false;
      wait = shortestWait;
      if (!details || ended(details)) {
        const rest = details ? (await client.logs(id)).slice(seen) : '';
        if (rest !== '') yield { text: rest };
        yield { details };
        return;
      }
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      if (!lost)
        notice(
          `${client.address.url} does not answer; the job goes on there, and so does the asking`,
        );
      lost = true;
    }
    await sleep(wait, undefined, { signal }).catch(() => undefined);
    if (lost) wait = Math.min(longestWait, 2 * wait);
  }
}

export function ended({ status }: JobDetails): boolean {
  return status !== 'PENDING' && status !== 'RUNNING';
}

/** The socket's texts until it ends, for whatever reason. */
async function* frames(client: RayClient, id: string, signal: AbortSignal): AsyncGenerator<string> {
  const { url, headers } = client.address;
  const address = `${url.replace(/^http/, 'ws')}/api/jobs/${encodeURIComponent(id)}/logs/tail`;
  // Ray's dashboard passes nothing on where compression is agreed on, which Node's own client always offers.
  const socket = new WebSocket(address, { headers, perMessageDeflate: false });
  socket.on('error', () => undefined);
  const messages = on(socket, 'message', { close: ['close'], signal }) as AsyncIterable<[Buffer]>;
  try {
    for await (const [data] of messages) yield data.toString();
  } catch {
    return; // Whether that matters, the job itself is asked.
  } finally {
    socket.terminate();
  }
}
