/**
 * The kernel process: `node main.ts CONNECTION_FILE`. The session is started first, because its process
 * comes up while the sockets are bound.
 */
import { randomUUID } from 'node:crypto';
import { startSession } from '../session/process.ts';
import { readConnection } from './connection.ts';
import { createKernel, type Outlet } from './kernel.ts';

const connection = readConnection(process.argv[2] ?? '');
const id = randomUUID();
const sockets = Promise.withResolvers<Outlet & { close(): Promise<void> }>();
const kernel = createKernel({
  id,
  cwd: process.cwd(),
  startSession,
  outlet: {
    send: async (channel, identities, message) =>
      (await sockets.promise).send(channel, identities, message),
    publish: async (message) => (await sockets.promise).publish(message),
  },
  onShutdown: () => void end(0),
});
const { bindSockets } = await import('./sockets.ts');
sockets.resolve(
  await bindSockets(connection, id, (channel, received) => kernel.receive(channel, received)),
);

process.on('SIGINT', () => void kernel.interrupt());
process.on('SIGTERM', () => void end(0));
watchParent();

async function end(code: number): Promise<void> {
  await Promise.all([kernel.close(), sockets.promise.then((all) => all.close())]);
  process.exit(code);
}

/** Jupyter names its process: a kernel does not outlive it. */
function watchParent(): void {
  const parent = Number(process.env['JPY_PARENT_PID'] ?? 0);
  if (parent > 1)
    setInterval(() => process.ppid !== parent && process.ppid === 1 && void end(0), 1000).unref();
}
