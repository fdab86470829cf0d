/** The sockets of a client: asks on three, listens on one, and tries the kernel's heartbeat. */
import { Dealer, Request, Subscriber } from 'zeromq';
import { addressOf, type AskChannel, type Connection } from './connection.ts';
import { encode, signer, verifier, type Message } from './wire.ts';

export interface Hears {
  onReply(message: Message): void;
  onOutput(message: Message): void;
  onQuestion(message: Message): Promise<void>;
}

export interface Dealers {
  /** Resolves once the message has been handed over, or nobody can take it any more. */
  send(channel: AskChannel, message: Message<unknown>): Promise<void>;
  close(): void;
}

/** `session` is the client's identity on all of them, by which a kernel knows whom to ask. */
export function connectDealers(connection: Connection, session: string, hears: Hears): Dealers {
  const sign = signer(connection.key);
  const verify = verifier(connection.key);
  const dealer = (): Dealer => new Dealer({ routingId: session, linger: 500 });
  const dealers = { shell: dealer(), control: dealer(), stdin: dealer() };
  const iopub = new Subscriber({ receiveHighWaterMark: 0 });

  iopub.connect(addressOf(connection, 'iopub'));
  iopub.subscribe();
  for (const [name, socket] of Object.entries(dealers))
    socket.connect(addressOf(connection, name as AskChannel));

  const listen = async (
    socket: Dealer | Subscriber,
    heard: (m: Message) => void,
  ): Promise<void> => {
    for await (const frames of socket) {
      const received = verify(frames);
      if (received) heard(received.message);
    }
  };
  void listen(iopub, (message) => hears.onOutput(message));
  void listen(dealers.shell, (message) => hears.onReply(message));
  void listen(dealers.control, (message) => hears.onReply(message));
  void listen(dealers.stdin, (message) => void hears.onQuestion(message));

  // zeromq allows one send at a time on each socket.
  const last = { shell: Promise.resolve(), control: Promise.resolve(), stdin: Promise.resolve() };
  return {
    send(channel, message) {
      const sent = last[channel].then(() => dealers[channel].send(encode(message, [], sign)));
      return (last[channel] = sent.catch(() => undefined));
    },
    close() {
      for (const socket of [iopub, ...Object.values(dealers)]) socket.close();
    },
  };
}

/** Whether a kernel answers its heartbeat within so many milliseconds. */
export async function heartbeat(connection: Connection, timeoutMs: number): Promise<boolean> {
  const socket = new Request({ receiveTimeout: timeoutMs, linger: 0 });
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
