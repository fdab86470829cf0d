/**
 * A Jupyter kernel as the terminal's `Kernel`: one that is started for it, or one that was there.
 */
import type { MimeBundle } from '../../lib/display/bundle.ts';
import { connect, type ExecuteReply, type KernelClient } from '../../kernel/jupyter/client.ts';
import { fromCodePoints, toCodePoints } from '../../kernel/jupyter/cursor.ts';
import { startKernel } from '../../kernel/jupyter/start.ts';
import type { Matches } from '../state/complete.ts';
import { historyLimit } from '../state/history.ts';
import { attribute } from './attribution.ts';
import type { CellListener, Kernel } from './kernel.ts';

/** What the terminal needs beside a client: how it goes away, and how it is noticed to be gone. */
interface Holding {
  count: Promise<number>;
  ended: Promise<void>;
  close(): Promise<void>;
  leave(): void;
}

const heartbeatMs = 5000;

/** Starts a kernel that ends with the terminal; `history: false` keeps its cells out of the history. */
export async function start(cwd: string, options: { history?: boolean } = {}): Promise<Kernel> {
  const started = await startKernel({ cwd, ...options });
  const { client, ended } = started;
  return kernelOf(client, {
    count: Promise.resolve(0),
    ended,
    close: () => started.close(),
    leave: () => started.leave(),
  });
}

/** Attaches to a live kernel, which stays when the terminal leaves. */
export async function attach(connectionFile: string): Promise<Kernel> {
  const client = await connect(connectionFile);
  // Running nothing tells the number of cells so far; behind another client's long cell it waits.
  const count = client.execute('', { silent: true }).then((reply) => reply.content.execution_count);
  const pulse = watch(client);
  const leave = (): void => {
    pulse.forget();
    client.close();
  };
  return kernelOf(client, {
    count,
    ended: pulse.ended,
    close() {
      leave();
      return Promise.resolve();
    },
    leave,
  });
}

/** A client in the terminal's words. */
export function kernelOf(client: KernelClient, holding: Holding): Kernel {
  const { count, ended } = holding;
  let outside: Parameters<Kernel['onOutside']>[0] = () => undefined;
  const cells = attribute(client.session, (origin, output) => outside(origin, output));
  client.onMessage((message) => cells.hear(message));
  let left = false;
  return {
    count,
    async run(code, listener) {
      const cell = cells.begin(listener);
      const asked = client.execute(code, {
        onInput: (prompt, password) => listener.ask({ prompt, password }),
      });
      const reply = await Promise.race([asked, ended]);
      const { failed } = cell.end();
      if (!reply) return 'error';
      for (const data of pagesOf(reply.content)) listener.output({ type: 'display', data });
      if (!failed) tellFailure(reply.content, listener);
      return reply.content.status === 'ok' ? 'ok' : 'error';
    },
    async complete(code, cursor) {
      return matchesOf(code, await client.complete(code, toCodePoints(code, cursor)));
    },
    async inspect(code, cursor) {
      const { found, data } = await client.inspect(code, toCodePoints(code, cursor));
      // Tables and charts load much that no kernel needs to be started.
      const { bundleText } = await import('../view/bundle-text.ts');
      return found === true ? bundleText(data as Record<string, unknown>) : undefined;
    },
    async isComplete(code) {
      const { status, indent = '' } = await client.isComplete(code);
      return { status, indent };
    },
    history: () => client.tail(historyLimit),
    interrupt: () => client.interrupt(),
    onOutside: (listener) => void (outside = listener),
    onNews(listener) {
      void ended.then(() => left || listener({ text: 'the kernel has ended', gone: true }));
    },
    close() {
      left = true;
      return holding.close();
    },
    detach() {
      left = true;
      holding.leave();
    },
  };
}

/** A failure that no message has told: the cell was given up, or the kernel itself failed. */
function tellFailure(reply: ExecuteReply, { output }: CellListener): void {
  if (reply.status === 'ok') return;
  const { ename = 'Aborted', evalue = 'an earlier cell failed', traceback = [] } = reply;
  output({ type: 'error', name: ename, message: evalue, traceback });
}

/** What `name?` is answered with. */
function pagesOf({ payload }: ExecuteReply): MimeBundle[] {
  if (!Array.isArray(payload)) return [];
  return (payload as { source?: string; data?: MimeBundle }[]).flatMap(({ source, data }) =>
    source === 'page' && data ? [data] : [],
  );
}

function matchesOf(code: string, reply: Record<string, unknown>): Matches {
  const { matches, cursor_start: start, cursor_end: end } = reply;
  if (!Array.isArray(matches) || typeof start !== 'number' || typeof end !== 'number')
    return { matches: [], start: 0, end: 0 };
  return {
    matches: matches.filter((match) => typeof match === 'string'),
    start: fromCodePoints(code, start),
    end: fromCodePoints(code, end),
  };
}

/** Resolves when the heartbeat has stopped: two in a row, since a busy machine may miss one. */
function watch(client: KernelClient): { ended: Promise<void>; forget: () => void } {
  const { promise: ended, resolve } = Promise.withResolvers<undefined>();
  let missed = 0;
  const timer = setInterval(() => {
    void client.alive(heartbeatMs - 1000).then((alive) => {
      missed = alive ? 0 : missed + 1;
      if (missed < 2) return;
      clearInterval(timer);
      resolve(undefined);
    });
  }, heartbeatMs);
  timer.unref();
  return { ended: ended.then(() => undefined), forget: () => clearInterval(timer) };
}
