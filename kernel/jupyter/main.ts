/**
 * The kernel process: `node main.ts CONNECTION_FILE [--ends-with-stdin]`. The session's process is started first and comes
 * up while the sockets are bound; what they do not need is loaded after them, because a client that
 * finds nobody listening waits 100 ms before it tries again.
 */
import { randomUUID } from 'node:crypto';
import { flushCompileCache } from 'node:module';
import type { SessionOptions } from '../session/events.ts';
import { startSession } from '../session/process.ts';
import { readConnection, removeConnection } from './connection.ts';
import { takeHeldPorts } from './held-ports.ts';
import { endsWithStarter, onStarterGone } from './starter.ts';

const [, , file = '', flag] = process.argv;
const connection = readConnection(file);
const held = takeHeldPorts();
const id = randomUUID();
const hears: Partial<Pick<SessionOptions, 'onEvent' | 'onDeath' | 'onCheck'>> = {};
const session = startSession({
  cwd: process.cwd(),
  onEvent: (event) => hears.onEvent?.(event),
  onDeath: (reason) => hears.onDeath?.(reason),
  onCheck: (code) => hears.onCheck?.(code) ?? Promise.resolve(undefined),
});
const { bindSockets } = await import('./sockets.ts');
const binding = bindSockets(connection, id, held);
const { createKernel } = await import('./kernel.ts');
const { createLanguage } = await import('../language/process.ts');
const { historyPath } = await import('./history/place.ts');
const sockets = await binding.catch(async (error: unknown) => {
  console.error(`the kernel cannot listen where '${file}' says: ${String(error)}`);
  await session.close();
  process.exit(1);
});
const kernel = createKernel({
  id,
  outlet: sockets,
  session,
  language: createLanguage(process.cwd()),
  historyFile: historyPath(),
  onShutdown: () => void end(),
});
Object.assign(hears, { onEvent: kernel.onEvent, onDeath: kernel.onDeath, onCheck: kernel.onCheck });
sockets.listen((channel, received) => kernel.receive(channel, received));
flushCompileCache(); // a kernel that is killed would keep nothing; costs nothing where it is kept

process.on('SIGINT', () => void kernel.interrupt());
process.on('SIGTERM', () => void end());
// Nothing that a message or a cell does may end the kernel; Jupyter keeps this in its log.
process.on('uncaughtException', (error) => console.error('rewardlab kernel:', error));
onStarterGone(flag, () => void end());

async function end(): Promise<void> {
  kernel.close();
  await Promise.all([session.close(), sockets.close()]);
  if (flag === endsWithStarter) removeConnection(file); // Jupyter takes its own away
  process.exit(0);
}
