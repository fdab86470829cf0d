/**
 * A kernel between its sockets and its session: every request gets busy, its reply, idle; every session
 * event becomes a message of the request that caused it. Knows no socket, so a test can be its client.
 */
import type { ExecuteRequest, Session, SessionEvent, SessionOptions } from '../session/events.ts';
import { createParents, type Parents } from './parents.ts';
import { createExecutions, type Executions } from './executions.ts';
import { handlers, type Reply } from './handlers/index.ts';
import { messageOf } from './messages.ts';
import { compose, type Header, type Message, type Received } from './wire.ts';

export type AskChannel = 'shell' | 'control' | 'stdin';

/** Where messages leave. */
export interface Outlet {
  send(
    channel: AskChannel,
    identities: readonly Uint8Array[],
    message: Message<unknown>,
  ): Promise<void>;
  publish(message: Message<unknown>): Promise<void>;
}

export interface KernelOptions {
  outlet: Outlet;
  /** This kernel's session id in message headers. */
  id: string;
  cwd: string;
  startSession(options: SessionOptions): Session;
  /** Asked to shut down, after the reply has been handed over. */
  onShutdown(restart: boolean): void;
}

/** What handlers work with. */
export interface Kernel {
  readonly session: Session;
  readonly parents: Parents;
  readonly executions: Executions;
  /** Comms that are open, id to target, whoever opened them. */
  readonly comms: Map<string, string>;
  publish(
    type: string,
    content: unknown,
    parent: Partial<Header>,
    extra?: { metadata?: Record<string, unknown>; buffers?: Uint8Array[] },
  ): void;
  shutdown(restart: boolean): void;
}

export interface Request {
  channel: AskChannel;
  identities: Uint8Array[];
  message: Message;
}

export interface RunningKernel {
  receive(channel: AskChannel, received: Received): void;
  interrupt(): Promise<void>;
  close(): Promise<void>;
}

export function createKernel(options: KernelOptions): RunningKernel {
  const { outlet, id } = options;
  const parents = createParents();
  const comms = new Map<string, string>();
  const publish: Kernel['publish'] = (type, content, parent, extra) => {
    void outlet.publish(compose(type, content, id, parent, extra));
  };

  const show = (event: SessionEvent): void => {
    const place = parents.of(event.cell);
    if (event.type === 'done' || !place) return;
    if (event.type === 'input')
      return void outlet.send(
        'stdin',
        place.identities,
        compose(
          'input_request',
          { prompt: event.prompt, password: event.password },
          id,
          place.header,
        ),
      );
    if (event.type === 'comm') trackComm(comms, event.act, event.id, event.target);
    const { type, content, ...extra } = messageOf(event, place.count);
    publish(type, content, place.header, extra);
  };
  const session = options.startSession({
    cwd: options.cwd,
    onEvent: (event) => {
      if (event.type === 'input') parents.awaitInput(event.cell, event.id);
      if (event.type === 'error') parents.fail(event);
      show(event);
    },
    onDeath: () => comms.clear(), // the cell's error event has said why
  });

  const kernel: Kernel = {
    session,
    parents,
    comms,
    publish,
    executions: createExecutions((request: ExecuteRequest) => session.execute(request)),
    shutdown: options.onShutdown,
  };
  publish('status', { execution_state: 'starting' }, {});
  return {
    receive(channel, { identities, message }) {
      void answer(kernel, { channel, identities, message }, outlet, id);
    },
    interrupt: () => session.interrupt(),
    close: () => session.close(),
  };
}

/** Busy, the handler's reply, idle: also when the handler fails, which is a bug and is said. */
async function answer(kernel: Kernel, request: Request, outlet: Outlet, id: string): Promise<void> {
  const { header } = request.message;
  const handler = handlers[header.msg_type];
  if (!handler) return;
  const status = (execution_state: string): void =>
    kernel.publish('status', { execution_state }, header);
  let reply: Reply | undefined;
  try {
    reply = await handler(request, kernel, () => status('busy'));
  } catch (error) {
    const { name, message, stack = '' } = error as Error;
    reply = {
      content: { status: 'error', ename: name, evalue: message, traceback: stack.split('\n') },
    };
  }
  if (reply) {
    const type = header.msg_type.replace(/_request$/, '_reply');
    await outlet.send(
      request.channel,
      request.identities,
      compose(type, reply.content, id, header),
    );
  }
  status('idle');
  reply?.after?.();
}

function trackComm(comms: Map<string, string>, act: string, id: string, target = ''): void {
  if (act === 'open') comms.set(id, target);
  if (act === 'close') comms.delete(id);
}
