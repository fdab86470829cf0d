/**
 * A Jupyter client: what the terminal and `notebook run` speak to a kernel with. Works with any kernel of
 * the protocol; the kernel's words are taken as they come.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Dealer, Request as Requester, Subscriber } from 'zeromq';
import { UserError } from '../../lib/errors.ts';
import { addressOf, readConnection, type Connection } from './connection.ts';
import { compose, encode, signer, verifier, type Message } from './wire.ts';

export interface ExecuteReply extends Record<string, unknown> {
  status: 'ok' | 'error' | 'aborted';
  execution_count: number;
  ename?: string;
  evalue?: string;
  traceback?: string[];
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
  interrupt(): Promise<void>;
  shutdown(restart?: boolean): Promise<void>;
  /** Every iopub message, also late ones and those of other clients. Returns the way to stop. */
  onMessage(listener: (message: Message) => void): () => void;
  /** Whether the kernel's heartbeat answers within so many milliseconds. */
  alive(timeoutMs: number): Promise<boolean>;
  readonly session: string;
  close(): void;
}

interface Waiting {
  reply?: Message;
  idle: boolean;
  needsIdle: boolean;
  options: ExecuteOptions;
  resolve(message: Message): void;
  reject(error: Error): void;
}

/** Connects to a live kernel; resolves once its output is heard. */
export async function connect(file: string): Promise<KernelClient> {
  return connectTo(readConnection(file));
}

export async function connectTo(connection: Connection): Promise<KernelClient> {
  const session = randomUUID();
  const sign = signer(connection.key);
  const verify = verifier(connection.key);
  const options = { routingId: session, linger: 500 };
  const dealers = {
    shell: new Dealer(options),
    control: new Dealer(options),
    stdin: new Dealer(options),
  };
  const iopub = new Subscriber({ receiveHighWaterMark: 0 });
  const waiting = new Map<string, Waiting>();
  const listeners = new Set<(message: Message) => void>();
  const heard = Promise.withResolvers<undefined>();

  iopub.connect(addressOf(connection, 'iopub'));
  iopub.subscribe();
  for (const [name, socket] of Object.entries(dealers))
    socket.connect(addressOf(connection, name as keyof typeof dealers));

  const settle = (id: string, change: Partial<Waiting>): void => {
    const asked = waiting.get(id);
    if (!asked) return;
    Object.assign(asked, change);
    if (!asked.reply || (asked.needsIdle && !asked.idle)) return;
    waiting.delete(id);
    asked.resolve(asked.reply);
  };
  void each(iopub, verify, (message) => {
    heard.resolve(undefined);
    for (const listener of listeners) listener(message);
    const id = message.parent_header.msg_id ?? '';
    waiting.get(id)?.options.onMessage?.(message);
    if (message.content['execution_state'] === 'idle') settle(id, { idle: true });
  });
  for (const socket of [dealers.shell, dealers.control]) {
    void each(socket, verify, (message) =>
      settle(message.parent_header.msg_id ?? '', { reply: message }),
    );
  }
  const send = sender(dealers, sign);
  void each(dealers.stdin, verify, (message) => {
    const onInput = waiting.get(message.parent_header.msg_id ?? '')?.options.onInput;
    const { prompt = '', password = false } = message.content as {
      prompt?: string;
      password?: boolean;
    };
    void (onInput?.(prompt, password) ?? Promise.resolve('')).then((value) =>
      send('stdin', compose('input_reply', { value }, session, message.header)),
    );
  });

  const ask = <C>(
    channel: 'shell' | 'control',
    type: string,
    content: C,
    needsIdle = false,
    options: ExecuteOptions = {},
  ): Promise<Message> => {
    const message = compose(type, content, session);
    return new Promise((resolve, reject) => {
      waiting.set(message.header.msg_id, { idle: false, needsIdle, options, resolve, reject });
      void send(channel, message);
    });
  };
  const content = async (type: string, asked: unknown): Promise<Record<string, unknown>> =>
    (await ask('shell', type, asked)).content;
  const client: KernelClient = {
    session,
    info: () => content('kernel_info_request', {}),
    async execute(code, options = {}) {
      const { silent = false, storeHistory = !silent, stopOnError = true, onInput } = options;
      const asked = {
        code,
        silent,
        store_history: storeHistory,
        stop_on_error: stopOnError,
        allow_stdin: onInput !== undefined,
        user_expressions: {},
      };
      return (await ask('shell', 'execute_request', asked, true, options)) as Message<ExecuteReply>;
    },
    complete: (code, cursor) => content('complete_request', { code, cursor_pos: cursor }),
    inspect: (code, cursor, detail = 0) =>
      content('inspect_request', { code, cursor_pos: cursor, detail_level: detail }),
    isComplete: async (code) =>
      (await content('is_complete_request', { code })) as unknown as {
        status: string;
        indent?: string;
      },
    interrupt: async () => void (await ask('control', 'interrupt_request', {})),
    shutdown: async (restart = false) =>
      void (await ask('control', 'shutdown_request', { restart })),
    onMessage(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    alive: (timeoutMs) => heartbeat(connection, timeoutMs),
    close() {
      for (const asked of waiting.values())
        asked.reject(new UserError('the connection to the kernel was closed'));
      waiting.clear();
      for (const socket of [iopub, ...Object.values(dealers)]) socket.close();
    },
  };
  await subscribed(client, heard.promise);
  return client;
}

/** Asks until the first iopub message has come: a kernel without a welcome answers with its status. */
async function subscribed(client: KernelClient, heard: Promise<undefined>): Promise<void> {
  const asking = { done: false };
  const ask = async (): Promise<void> => {
    while (!asking.done) {
      client.info().catch(() => undefined);
      await delay(200);
    }
  };
  void ask();
  await heard;
  asking.done = true;
}

async function each(
  socket: AsyncIterable<Buffer[]>,
  verify: ReturnType<typeof verifier>,
  receive: (message: Message) => void,
): Promise<void> {
  for await (const frames of socket) {
    const received = verify(frames);
    if (received) receive(received.message);
  }
}

/** One send at a time on each socket. */
function sender(
  dealers: Record<'shell' | 'control' | 'stdin', Dealer>,
  sign: ReturnType<typeof signer>,
) {
  const last = { shell: Promise.resolve(), control: Promise.resolve(), stdin: Promise.resolve() };
  return (channel: keyof typeof dealers, message: Message<unknown>): Promise<void> => {
    const sent = last[channel].then(() => dealers[channel].send(encode(message, [], sign)));
    last[channel] = sent.catch(() => undefined);
    return last[channel];
  };
}

async function heartbeat(connection: Connection, timeoutMs: number): Promise<boolean> {
  const socket = new Requester({ receiveTimeout: timeoutMs, linger: 0 });
  socket.connect(addressOf(connection, 'hb'));
  try {
    await socket.send('ping');
    await socket.receive();
    return true;
  } catch {
    return false;
  } finally {
    socket.close();
  }
}
