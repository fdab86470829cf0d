/** The five sockets of a kernel. Binds at once, so that a client's first try succeeds. */
import { Reply, Router, XPublisher } from 'zeromq';
import { addressOf, type Channel, type AskChannel, type Connection } from './connection.ts';
import { takeOver, type HeldPorts } from './held-ports.ts';
import { compose, encode, signer, verifier, type Message, type Received } from './wire.ts';

export interface Sockets {
  send(
    channel: AskChannel,
    identities: readonly Uint8Array[],
    message: Message<unknown>,
  ): Promise<void>;
  publish(message: Message<unknown>): Promise<void>;
  /** What has come before waits in the sockets. */
  listen(onMessage: (channel: AskChannel, received: Received) => void): void;
  /** Resolves once everything sent so far has left. */
  close(): Promise<void>;
}

/** Binds all five, but those `held`; heartbeats are answered from now on, messages once somebody listens. */
export async function bindSockets(
  connection: Connection,
  session: string,
  held: HeldPorts = {},
): Promise<Sockets> {
  const sign = signer(connection.key);
  const verify = verifier(connection.key);
  const heartbeat = new Reply();
  // Output is never dropped: what a slow client has not read yet waits here.
  const iopub = new XPublisher({ sendHighWaterMark: 0 });
  iopub.verbosity = 'allSubs';
  const routers = { shell: router(), control: router(), stdin: router() };
  await Promise.all(
    Object.entries({ hb: heartbeat, iopub, ...routers }).map(([name, socket]) => {
      takeOver(socket, held[name as Channel]);
      return socket.bind(addressOf(connection, name as Channel));
    }),
  );
  const lines = Object.fromEntries(
    Object.entries(routers).map(([name, socket]) => [name, inOrder(socket)]),
  );
  const publishFrames = inOrder(iopub);
  const audience = keepForTheFirst(publishFrames);

  void echo(heartbeat);
  void welcome(iopub, (topic) => {
    const subscription = Buffer.from(topic).toString();
    const message = compose('iopub_welcome', { subscription }, session);
    void publishFrames(encode(message, [topic], sign));
    audience.arrived();
  });
  return {
    listen(onMessage) {
      for (const [name, socket] of Object.entries(routers)) {
        void listen(socket, (frames) => {
          const received = verify(frames);
          if (received) onMessage(name as AskChannel, received);
        });
      }
    },
    send: (channel, identities, message) => lines[channel]!(encode(message, identities, sign)),
    publish: (message) =>
      audience.publish(encode(message, [Buffer.from(message.header.msg_type)], sign)),
    async close() {
      await Promise.all([publishFrames([]), ...Object.values(lines).map((line) => line([]))]);
      for (const socket of [heartbeat, iopub, ...Object.values(routers)]) socket.close();
    },
  };
}

function router(): Router {
  // Handover: a client that comes back under its old identity is the client.
  return new Router({ handover: true, sendHighWaterMark: 0, linger: 1000 });
}

/** zeromq allows one send at a time per socket. No frames: only wait. Never rejects. */
function inOrder(socket: {
  send(frames: Uint8Array[]): Promise<void>;
}): (frames: Uint8Array[]) => Promise<void> {
  let last = Promise.resolve();
  return (frames) => {
    const sent = last.then(() => (frames.length > 0 ? socket.send(frames) : undefined));
    last = sent.catch(() => undefined); // the client has left: nobody to tell
    return last;
  };
}

/** As much is kept of what is said while nobody listens. */
const kept = 100;

/**
 * What a kernel says as it comes up waits for its first listener and follows the welcome: a client that
 * connects while it asks misses nothing.
 */
function keepForTheFirst(publish: (frames: Uint8Array[]) => Promise<void>): {
  publish(frames: Uint8Array[]): Promise<void>;
  arrived(): void;
} {
  let waiting: Uint8Array[][] | undefined = [];
  return {
    publish(frames) {
      if (!waiting) return publish(frames);
      waiting = [...waiting, frames].slice(-kept);
      return Promise.resolve();
    },
    arrived() {
      for (const frames of waiting ?? []) void publish(frames);
      waiting = undefined;
    },
  };
}

async function echo(socket: Reply): Promise<void> {
  for await (const frames of socket) await socket.send(frames);
}

/** A subscription arrives as the byte 1 and its topic (JEP 65 answers it). */
async function welcome(socket: XPublisher, greet: (topic: Uint8Array) => void): Promise<void> {
  for await (const [frame] of socket) {
    if (frame?.[0] === 1) greet(frame.subarray(1));
  }
}

async function listen(socket: Router, receive: (frames: Uint8Array[]) => void): Promise<void> {
  for await (const frames of socket) receive(frames);
}
