/** What a client waits for: a reply, and for cells the idle status too, so that no output is lost. */
import type { Message } from './wire.ts';

/** How a waiting request is told of what comes for it before its reply. */
export interface Listener {
  /** Resolve only when the idle status has come too. */
  untilIdle?: boolean;
  onMessage?(message: Message): void;
  onInput?(prompt: string, password: boolean): Promise<string>;
}

export interface Pending {
  /** Resolves with the reply to the request of this id. */
  add(id: string, listener: Listener): Promise<Message>;
  reply(message: Message): void;
  output(message: Message): void;
  /** The line that answers a question; undefined where nobody takes questions. */
  ask(message: Message): Promise<string | undefined>;
  /** Ends all waiting, now and later; false where that was done before. */
  fail(error: Error): boolean;
}

interface Waiting extends PromiseWithResolvers<Message> {
  listener: Listener;
  reply?: Message;
  idle: boolean;
}

export function createPending(): Pending {
  const waiting = new Map<string, Waiting>();
  let failure: Error | undefined;

  const of = ({ parent_header }: Message): [string, Waiting | undefined] => {
    const id = parent_header.msg_id ?? '';
    return [id, waiting.get(id)];
  };
  const settle = (id: string, { reply, idle, listener, resolve }: Waiting): void => {
    if (!reply || (listener.untilIdle && !idle)) return;
    waiting.delete(id);
    resolve(reply);
  };

  return {
    add(id, listener) {
      if (failure) return Promise.reject(failure);
      const asked = { ...Promise.withResolvers<Message>(), listener, idle: false };
      waiting.set(id, asked);
      return asked.promise;
    },
    reply(message) {
      const [id, asked] = of(message);
      if (asked) settle(id, Object.assign(asked, { reply: message }));
    },
    output(message) {
      const [id, asked] = of(message);
      asked?.listener.onMessage?.(message);
      if (message.content['execution_state'] !== 'idle' || !asked) return;
      settle(id, Object.assign(asked, { idle: true }));
    },
    async ask(message) {
      const { prompt, password } = message.content as { prompt?: string; password?: boolean };
      return of(message)[1]?.listener.onInput?.(prompt ?? '', password ?? false);
    },
    fail(error) {
      if (failure) return false;
      failure = error;
      for (const { reject } of waiting.values()) reject(error);
      waiting.clear();
      return true;
    },
  };
}
