/**
 * The kernel process: `node main.ts CONNECTION_FILE`. The session's process is started first and comes
 * up while the sockets are bound; what they do not need is loaded after them, because a client that
 * finds nobody listening waits 100 ms before it tries again.
 */
import { randomUUID } from 'node:crypto';
import { flushCompileCache } from 'node:module';
import type { SessionOptions } from '../session/events.ts';
import { startSession } from '../session/process.ts';
import { readConnection } from './connection.ts';

const connection = readConnection(process.argv[2] ?? '');
const id = randomUUID();
const hears: Partial<Pick<SessionOptions, 'onEvent' | 'onDeath'>> = {};
const session = startSession({
  cwd: process.cwd(),
  onEvent: (event) => hears.onEvent?.(event),
  onDeath: (reason) => hears.onDeath?.(reason),
});
const { bindSockets } = await import('./sockets.ts');
const binding = bindSockets(connection, id);
const { createKernel } = await import('./kernel.ts');
const sockets = await binding.catch(async (error: unknown) => {
  console.error(`the kernel cannot listen where '${process.argv[2]}' says: ${String(error)}`);
  await session.close();
  process.exit(1);
});
const kernel = createKernel({ id, outlet: sockets, session, onShutdown: () => void end() });
Object.assign(hears, { onEvent: kernel.onEvent, onDeath: kernel.onDeath });
sockets.listen((channel, received) => kernel.receive(channel, received));
flushCompileCache(); // a kernel that is killed would keep nothing; costs nothing where it is kept

process.on('SIGINT', () => void session.interrupt());
process.on('SIGTERM', () => void end());
// Nothing that a message or a cell does may end the kernel; Jupyter keeps this in its log.
process.on('uncaughtException', (error) => console.error('rewardlab kernel:', error));
watchParent();

async function end(): Promise<void> {
  await Promise.all([session.close(), sockets.close()]);
  process.exit(0);
}

/** Jupyter names its process: a kernel that was started by one does not outlive it. */
function watchParent(): void {
  const parent = process.ppid;
  if (!process.env['JPY_PARENT_PID'] || parent <= 1) return;
  setInterval(() => void (process.ppid !== parent && end()), 1000).unref();
}
