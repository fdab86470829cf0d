/**
 * A Jupyter client: what the terminal and `notebook run` speak to a kernel with. Works with any kernel of
 * the protocol; the kernel's words are taken as they come.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { UserError } from '../../lib/errors.ts';
import { readConnection, type Connection } from './connection.ts';
import { connectDealers, heartbeat } from './dealers.ts';
import { createPending, type Listener } from './pending.ts';
import { compose, type Message } from './wire.ts';

export interface ExecuteReply extends Record<string, unknown> {
  status: 'ok' | 'error' | 'aborted';
  execution_count: number;
  ename?: string;
  evalue?: string;
  traceback?: string[];
  /** What is to be shown besides the cell's output. */
  payload?: unknown[];
}

export interface ExecuteOptions {
  silent?: boolean;
  storeHistory?: boolean;
  stopOnError?: boolean;
  /** Every iopub message of this cell, until it is idle. */
  onMessage?(message: Message): void;
  /** Answers input requests; without it the cell is told that no input is allowed. */
  onInput?(prompt: string, password: boolean): Promise<string>;
}

export interface KernelClient {
  info(): Promise<Record<string, unknown>>;
  /** Resolves when both the reply and the idle status have come, so no output is lost. */
  execute(code: string, options?: ExecuteOptions): Promise<Message<ExecuteReply>>;
  /** Cursors are code points, as on the wire. */
  complete(code: string, cursor: number): Promise<Record<string, unknown>>;
  inspect(code: string, cursor: number, detail?: 0 | 1): Promise<Record<string, unknown>>;
  isComplete(code: string): Promise<{ status: string; indent?: string }>;
  /** The latest cells of all sessions, oldest first. */
  tail(n: number): Promise<string[]>;
  interrupt(): Promise<void>;
  shutdown(restart?: boolean): Promise<void>;
  /** Every iopub message, also late ones and those of other clients. Returns the way to stop. */
  onMessage(listener: (message: Message) => void): () => void;
  /** Whether the kernel's heartbeat answers within so many milliseconds. */
  alive(timeoutMs: number): Promise<boolean>;
  readonly session: string;
  /** Ends what is waited for with an error; `reason` is a sentence. */
  close(reason?: string): void;
}

/** Connects to a live kernel, which may take so long to answer; resolves once its output is heard. */
export async function connect(
  file: string,
  { patienceMs = 10_000 }: { patienceMs?: number } = {},
): Promise<KernelClient> {
  const connection = readConnection(file);
  if (!(await heartbeat(connection, patienceMs)))
    throw new UserError(
      `no kernel answers where '${file}' says`,
      'it may have ended; rewardlab without --existing starts one',
    );
  const { client, heard } = openClient(connection);
  const inTime = heard.then(() => true);
  if (await Promise.race([inTime, delay(patienceMs, false, { ref: false })])) return client;
  client.close();
  throw new UserError(
    `the kernel of '${file}' does not answer`,
    'its key may be another than that of the file, or a kernel of another kind may be busy',
  );
}

/** A client of a kernel that may still be coming up; `heard` resolves once its output is heard. */
export function openClient(connection: Connection): {
  client: KernelClient;
  heard: Promise<undefined>;
} {
  const session = randomUUID();
  const pending = createPending();
  const listeners = new Set<(message: Message) => void>();
  const heard = Promise.withResolvers<undefined>();
  const line = connectDealers(connection, session, {
    onReply: (message) => pending.reply(message),
    onOutput(message) {
      heard.resolve(undefined);
      for (const listener of listeners) listener(message);
      pending.output(message);
    },
    async onQuestion(message) {
      const value = (await pending.ask(message)) ?? '';
      await line.send('stdin', compose('input_reply', { value }, session, message.header));
    },
  });
  const ask: Ask = (channel, type, content, listener = {}) => {
    const message = compose(type, content, session);
    const reply = pending.add(message.header.msg_id, listener);
    void line.send(channel, message);
    return reply;
  };
  const client: KernelClient = {
    session,
    ...requests(ask),
    onMessage(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    alive: (timeoutMs) => heartbeat(connection, timeoutMs),
    close(reason = 'the connection to the kernel was closed') {
      if (pending.fail(new UserError(reason))) line.close();
    },
  };
  void askUntil(heard.promise, () => ask('control', 'kernel_info_request', {}));
  return { client, heard: heard.promise };
}

type Ask = (
  channel: 'shell' | 'control',
  type: string,
  content: unknown,
  listener?: Listener,
) => Promise<Message>;

/** What a client asks, each in the protocol's words. */
function requests(
  ask: Ask,
): Pick<
  KernelClient,
  'info' | 'execute' | 'complete' | 'inspect' | 'isComplete' | 'tail' | 'interrupt' | 'shutdown'
> {
  const content = async (type: string, asked: unknown): Promise<Record<string, unknown>> =>
    (await ask('shell', type, asked)).content;
  return {
    info: () => content('kernel_info_request', {}),
    async execute(code, options = {}) {
      const { silent = false, storeHistory = !silent, stopOnError = true } = options;
      const asked = {
        code,
        silent,
        store_history: storeHistory,
        stop_on_error: stopOnError,
        allow_stdin: options.onInput !== undefined,
        user_expressions: {},
      };
      const listener = { ...options, untilIdle: true };
      return (await ask('shell', 'execute_request', asked, listener)) as Message<ExecuteReply>;
    },
    complete: (code, cursor) => content('complete_request', { code, cursor_pos: cursor }),
    inspect: (code, cursor, detail = 0) =>
      content('inspect_request', { code, cursor_pos: cursor, detail_level: detail }),
    isComplete: async (code) =>
      (await content('is_complete_request', { code })) as { status: string; indent?: string },
    async tail(n) {
      const asked = { hist_access_type: 'tail', n, raw: true, output: false };
      const { history } = await content('history_request', asked);
      return Array.isArray(history) ? history.flatMap(sourceOf) : [];
    },
    async interrupt() {
      await ask('control', 'interrupt_request', {});
    },
    async shutdown(restart = false) {
      await ask('control', 'shutdown_request', { restart });
    },
  };
}

/** The text of a line of history. */
function sourceOf(line: unknown): string[] {
  const source: unknown = Array.isArray(line) ? line[2] : undefined;
  return typeof source === 'string' ? [source] : [];
}

/** A kernel without a welcome says its status when it is asked. Control, because a cell may run. */
async function askUntil(heard: Promise<unknown>, ask: () => Promise<unknown>): Promise<void> {
  const asking = { over: false };
  const stop = (): void => void (asking.over = true);
  void heard.then(stop);
  while (!asking.over) {
    ask().catch(stop); // the client was closed
    await delay(200);
  }
}
