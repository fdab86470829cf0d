/**
 * A kernel between its sockets and its session: every request gets busy, its reply, idle; every session
 * event becomes a message of the request that caused it. Knows no socket, so a test can be its client.
 */
import type { Language } from '../language/process.ts';
import type { Session, SessionEvent, SessionOptions } from '../session/events.ts';
import type { AskChannel } from './connection.ts';
import { createAssist } from './assist.ts';
import { createExecutions } from './executions.ts';
import type { Kernel, Reply, Request } from './handler.ts';
import { createHistory } from './history/history.ts';
import { handlers } from './handlers/index.ts';
import { messageOf } from './messages.ts';
import { createParents } from './parents.ts';
import { compose, type Header, type Message, type Received } from './wire.ts';

/** Where messages leave. Neither rejects: where nobody listens, there is nobody to tell. */
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
  session: Session;
  language: Language;
  /** Asked to shut down, after the reply has been handed over. */
  onShutdown: (restart: boolean) => void;
  /** Where the history is kept; without it, in memory. */
  historyFile?: string | undefined;
  /** How long an interrupt may go unanswered before the person is told why. */
  patienceMs?: number;
}

/** What the sockets and the session tell a kernel. */
export interface RunningKernel extends Required<
  Pick<SessionOptions, 'onEvent' | 'onDeath' | 'onCheck'>
> {
  receive(channel: AskChannel, received: Received): void;
  interrupt(): Promise<void>;
  /** Writes what is to outlive it, and ends the rest. */
  close(): void;
}

export function createKernel({
  outlet,
  id,
  session,
  language,
  onShutdown,
  historyFile,
  patienceMs = 3000,
}: KernelOptions): RunningKernel {
  const executions = createExecutions((request) => session.execute(request));
  const busy = (): boolean => executions.running !== undefined;
  const kernel: Kernel = {
    session,
    language,
    assist: createAssist({ session, language, busy }),
    executions,
    parents: createParents(),
    history: createHistory({ path: historyFile, onTrouble: (sentence) => warn(`${sentence}\n`) }),
    comms: new Map(),
    interrupt: () => interrupt(kernel, patienceMs),
    publish: (type, content, parent, extra) =>
      void outlet.publish(compose(type, content, id, parent, extra)),
    shutdown: onShutdown,
  };
  const { parents, comms, publish } = kernel;
  publish('status', { execution_state: 'starting' }, {});
  return {
    interrupt: () => kernel.interrupt(),
    close() {
      kernel.history.close();
      language.close();
    },
    receive(channel, { identities, message }) {
      void answer(kernel, { channel, identities, message }, outlet, id);
    },
    onEvent(event) {
      if (event.type === 'input') askForInput(event);
      else show(kernel, event);
    },
    onCheck: (code) => language.ask('check', { code }),
    onDeath(reason) {
      comms.clear();
      language.forget();
      parents.dropInputs();
      if (executions.running) return; // the cell's own error has said why
      warn(`${reason}; its variables are lost, and the next cell starts in a fresh session\n`);
    },
  };

  /** Told with the latest cell. */
  function warn(text: string): void {
    publish('stream', { name: 'stderr', text }, parents.latest()?.header ?? {});
  }

  function askForInput(event: Extract<SessionEvent, { type: 'input' }>): void {
    const place = parents.of(event.cell);
    if (!place?.stdin) {
      session.answer(event.id, null);
      return;
    }
    parents.awaitInput(event.cell, event.id);
    const { prompt, password } = event;
    const message = compose('input_request', { prompt, password }, id, place.header);
    void outlet.send('stdin', place.identities, message);
  }
}

/** V8 ends JavaScript between two of its steps; a loop of long native calls may have few. */
const unanswered =
  'the interrupt waits for native calls that cannot be ended, such as JSON.parse of a large text; ' +
  'restarting the kernel (in a terminal: leaving it) ends them now, and loses the variables\n';

async function interrupt(kernel: Kernel, patienceMs: number): Promise<void> {
  const timer = setTimeout(() => {
    const { running } = kernel.executions;
    if (running) kernel.publish('stream', { name: 'stderr', text: unanswered }, running);
  }, patienceMs);
  await kernel.session.interrupt();
  clearTimeout(timer);
}

/** A session event as a message of its own cell's request. */
function show(kernel: Kernel, event: Exclude<SessionEvent, { type: 'input' }>): void {
  const { parents, comms } = kernel;
  if (event.type === 'done') {
    if (event.status !== 'ok') parents.dropInputs(event.cell);
    return;
  }
  if (event.type === 'error') parents.fail(event);
  if (event.type === 'comm' && event.act === 'open') comms.set(event.id, event.target ?? '');
  if (event.type === 'comm' && event.act === 'close') comms.delete(event.id);
  const place = parents.of(event.cell);
  if (!place) return;
  const text: unknown = event.type === 'result' ? event.data['text/plain'] : undefined;
  if (place.line !== undefined && typeof text === 'string') kernel.history.result(place.line, text);
  const { type, content, ...extra } = messageOf(event, place.count);
  kernel.publish(type, content, place.header, extra);
}

/** Busy, the handler's reply, idle: also when the handler fails, which is a bug and is said. */
async function answer(kernel: Kernel, request: Request, outlet: Outlet, id: string): Promise<void> {
  const { header } = request.message;
  const handler = handlers.get(header.msg_type);
  if (!handler) return;
  const status = (execution_state: string, of: Partial<Header> = header): void =>
    kernel.publish('status', { execution_state }, of);
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
    const message = compose(type, reply.content, id, header);
    await outlet.send(request.channel, request.identities, message);
  }
  status('idle');
  // Front ends show the last status they heard, and a cell still runs.
  if (kernel.executions.running) status('busy', kernel.executions.running);
  reply?.after?.();
}
