/** Sockets that listen since before this process could: hold-ports.py. */
import type { Socket } from 'zeromq';
import type { Channel } from './connection.ts';

const variable = 'REWARDLAB_HELD_PORTS';
/** libzmq's ZMQ_USE_FD, which zeromq has no name for. */
const useFd = 89;

/** File descriptors of sockets that listen already. */
export type HeldPorts = Partial<Record<Channel, number>>;

/** Those that this process was given. Nothing that it starts is told of them. */
export function takeHeldPorts(): HeldPorts {
  const text = process.env[variable] ?? '';
  Reflect.deleteProperty(process.env, variable);
  const pairs = Array.from(text.matchAll(/(\w+)=(\d+)/g), ([, channel, fd]) => [
    channel,
    Number(fd),
  ]);
  return Object.fromEntries(pairs) as HeldPorts;
}

/** Lets a socket take over one that listens, where it would be bound. */
export function takeOver(socket: Socket, fd: number | undefined): void {
  const options = socket as unknown as { setInt32Option(option: number, value: number): void };
  if (fd !== undefined) options.setInt32Option(useFd, fd);
}
