/** A kernel without sockets: what it is asked goes in, what it says is kept. */
import { EventEmitter, once } from 'node:events';
import type { AskChannel } from '../../../kernel/jupyter/connection.ts';
import {
  createKernel,
  type KernelOptions,
  type RunningKernel,
} from '../../../kernel/jupyter/kernel.ts';
import { compose, type Message } from '../../../kernel/jupyter/wire.ts';
import { fakeLanguage } from './fake-language.ts';
import { fakeSession, type FakeSession, type Script } from './fake-session.ts';

/** One message that the kernel sent; `of` is the number of the request that it answers. */
export interface Seen {
  channel: AskChannel | 'iopub';
  type: string;
  of: number | undefined;
  content: Record<string, unknown>;
  metadata: Record<string, unknown>;
  buffers: Uint8Array[];
}

export interface FakeClient {
  seen: Seen[];
  session: FakeSession;
  kernel: RunningKernel;
  shutdowns: boolean[];
  ask(
    channel: AskChannel,
    type: string,
    content: Record<string, unknown>,
    extra?: { metadata?: Record<string, unknown>; buffers?: Uint8Array[] },
  ): void;
  /** Resolves once the kernel has said something of which this holds. */
  until(holds: (seen: Seen[]) => boolean): Promise<void>;
}

export const identity = Buffer.from('client');

export function openKernel(
  script: Script,
  options: Pick<KernelOptions, 'patienceMs'> = {},
): FakeClient {
  const said = new EventEmitter();
  const seen: Seen[] = [];
  const shutdowns: boolean[] = [];
  const asked: string[] = [];
  const hear = (channel: Seen['channel'], message: Message<unknown>): Promise<void> => {
    const { header, parent_header, metadata, buffers } = message;
    const at = asked.indexOf(parent_header.msg_id ?? '');
    const content = message.content as Record<string, unknown>;
    const of = at < 0 ? undefined : at + 1;
    seen.push({ channel, type: header.msg_type, of, content, metadata, buffers });
    said.emit('message');
    return Promise.resolve();
  };
  const session = fakeSession(script, (event) => kernel.onEvent(event));
  const kernel = createKernel({
    ...options,
    id: 'kernel',
    session,
    language: fakeLanguage(script, session.told),
    outlet: {
      send: (channel, _identities, message) => hear(channel, message),
      publish: (message) => hear('iopub', message),
    },
    onShutdown: (restart) => void shutdowns.push(restart),
  });
  return {
    seen,
    session,
    kernel,
    shutdowns,
    ask(channel, type, content, extra) {
      const message = compose(type, content, 'client', {}, extra);
      asked.push(message.header.msg_id);
      kernel.receive(channel, { identities: [identity], message });
    },
    async until(holds) {
      while (!holds(seen)) await once(said, 'message');
    },
  };
}

export function isIdle({ type, content }: Seen): boolean {
  return type === 'status' && content['execution_state'] === 'idle';
}
