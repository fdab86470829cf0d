/** Comms: named two-way channels between a cell's code and the front end. */
import type { CommAct, CommMessage, Metadata } from './events.ts';
import type { Voice } from './voice.ts';

export interface CommExtras {
  metadata?: Metadata;
  buffers?: Uint8Array[];
}

/** One open channel. */
export interface Comm {
  readonly id: string;
  readonly target: string;
  send(data: unknown, extras?: CommExtras): void;
  close(data?: unknown, extras?: CommExtras): void;
  /** Called for each message of the front end. */
  onMessage?: (data: unknown, message: CommMessage) => unknown;
  /** Called when the front end closes the channel. */
  onClose?: (data: unknown, message: CommMessage) => unknown;
}

export type CommHandler = (comm: Comm, message: CommMessage) => unknown;

export interface Comms {
  /** Opens a channel to a target that the front end knows. */
  open(target: string, data?: unknown, extras?: CommExtras): Comm;
  /** Says what to do when the front end opens a channel to this target. */
  registerTarget(name: string, handler: CommHandler): void;
  receive(message: CommMessage): void;
}

export function createComms(voice: Voice): Comms {
  const targets = new Map<string, CommHandler>();
  const opened = new Map<string, Comm>();

  const emit = (
    act: CommAct,
    id: string,
    data: unknown,
    more: CommExtras & { target?: string },
  ): void => voice.emit({ type: 'comm', act, id, data, ...more });

  const create = (id: string, target: string): Comm => {
    const comm: Comm = {
      id,
      target,
      send: (data, extras = {}) => emit('message', id, data, extras),
      close(data = {}, extras = {}) {
        opened.delete(id);
        emit('close', id, data, extras);
      },
    };
    opened.set(id, comm);
    return comm;
  };

  /** What the front end does to a channel, by act. */
  const acts: Record<CommAct, (message: CommMessage) => unknown> = {
    open(message) {
      const handler = targets.get(message.target ?? '');
      // The protocol's answer to a target that nobody knows.
      if (!handler) emit('close', message.id, {}, {});
      else return handler(create(message.id, message.target ?? ''), message);
    },
    message: (message) => opened.get(message.id)?.onMessage?.(message.data, message),
    close(message) {
      const comm = opened.get(message.id);
      opened.delete(message.id);
      return comm?.onClose?.(message.data, message);
    },
  };

  return {
    open(target, data = {}, extras = {}) {
      const comm = create(crypto.randomUUID(), target);
      emit('open', comm.id, data, { target, ...extras });
      return comm;
    },
    registerTarget: (name, handler) => void targets.set(name, handler),
    receive: (message) => voice.speakingFor(message.cell, () => void acts[message.act](message)),
  };
}
