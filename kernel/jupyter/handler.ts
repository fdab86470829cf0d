/** What a handler of one message type is given, and what it returns. */
import type { Session } from '../session/events.ts';
import type { Language } from '../language/process.ts';
import type { Assist } from './assist.ts';
import type { AskChannel } from './connection.ts';
import type { Executions } from './executions.ts';
import type { History } from './history/history.ts';
import type { Parents } from './parents.ts';
import type { Extra, Header, Message } from './wire.ts';

/** Says busy when its work begins; returns the reply, or nothing for messages that have none. */
export type Handler = (
  request: Request,
  kernel: Kernel,
  busy: () => void,
) => Promise<Reply | undefined> | Reply | undefined;

export interface Request {
  channel: AskChannel;
  identities: Uint8Array[];
  message: Message;
}

export interface Reply {
  content: Record<string, unknown>;
  /** Done once reply and idle have been handed over. */
  after?: () => void;
}

/** What handlers work with. */
export interface Kernel {
  readonly session: Session;
  readonly parents: Parents;
  readonly executions: Executions;
  readonly history: History;
  readonly language: Language;
  readonly assist: Assist;
  /** Comms that are open, id to target, whoever opened them. */
  readonly comms: Map<string, string>;
  /** Ends what the session does; says so where that takes long. */
  interrupt: () => Promise<void>;
  publish: (type: string, content: unknown, parent: Partial<Header>, extra?: Extra) => void;
  shutdown: (restart: boolean) => void;
}
