/** Starts a kernel of our own and connects to it. */
import { spawn } from 'node:child_process';
import { UserError } from '../../lib/errors.ts';
import { openClient, type KernelClient } from './client.ts';
import { historyVariable } from './history/place.ts';
import { makeConnection, removeConnection } from './connection.ts';
import { kernelCommand, kernelEnvironment } from './kernelspec.ts';
import { endsWithStarter, leaveKernel } from './starter.ts';

export interface StartedKernel {
  client: KernelClient;
  connectionFile: string;
  /** The kernel process ended, by itself or because it was asked to. */
  ended: Promise<void>;
  /** Shuts the kernel down and takes its connection file away. */
  close(): Promise<void>;
  /** Leaves the kernel alive, for others to connect to. */
  leave(): void;
}

/**
 * The kernel ends with this process, also where that is killed, unless it is left before. Output of the
 * kernel process itself, which has none unless something is wrong, goes to our stderr. `history: false`
 * keeps what is run out of the person's history.
 */
export async function startKernel(
  options: { cwd?: string; env?: NodeJS.ProcessEnv; history?: boolean } = {},
): Promise<StartedKernel> {
  const { file, connection } = await makeConnection();
  const [node, ...words] = kernelCommand;
  const child = spawn(node, [...words, file, endsWithStarter], {
    cwd: options.cwd ?? process.cwd(),
    env: {
      ...kernelEnvironment,
      ...(options.env ?? process.env),
      ...(options.history === false && { [historyVariable]: 'off' }),
    },
    stdio: ['pipe', 'ignore', 'inherit'],
    detached: true, // Ctrl-C at a terminal is the client's to translate
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const { client, heard } = openClient(connection);
  // What is waited for then is told, also when nobody closes the client.
  void ended.then(() => client.close('the kernel has ended'));
  const early = ended.then(() => 'ended' as const);
  if ((await Promise.race([heard, early])) === 'ended') {
    removeConnection(file);
    throw new UserError(
      'the kernel ended before it answered',
      'rewardlab doctor says what may be missing',
    );
  }
  return {
    client,
    connectionFile: file,
    ended,
    async close() {
      if (child.exitCode === null && child.signalCode === null) {
        await Promise.race([client.shutdown().catch(() => undefined), ended]);
        await ended;
      }
      client.close();
      removeConnection(file);
    },
    leave() {
      leaveKernel(child);
      child.unref();
      client.close();
    },
  };
}
