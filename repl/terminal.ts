/**
 * A session at the terminal, from the first frame to the last: state, driver and view joined.
 */
import { drive } from './driver.ts';
import type { Kernel } from './kernel/kernel.ts';
import { preload } from './preload.ts';
import { initialState } from './state/state.ts';
import { createStore } from './store.ts';
import type { Theme } from './theme.ts';

export interface TerminalOptions {
  /** The kernel was there before, and stays. */
  attached: boolean;
  starting: Promise<Kernel>;
  theme: Theme;
  stdin: NodeJS.ReadStream;
  stdout: NodeJS.WriteStream;
  stderr: NodeJS.WriteStream;
  /** Called when everything is loaded, just before the first frame. */
  beforeMount(): void;
}

/** How a session ends: the person leaves, the terminal is lost, or someone ends the process. */
type End = 'left' | 'lost' | 'ended';
const exitCodes: Record<End, number> = { left: 0, lost: 129, ended: 143 };

/** Resolves with the exit code; rejects if the kernel does not start. */
export async function runTerminal(options: TerminalOptions): Promise<number> {
  const { starting, theme, stdin, stdout, stderr } = options;
  const { ended, end, forget } = awaitEnd(options);
  starting.catch(() => end('left'));
  try {
    await preload();
    const store = createStore(initialState(options.attached));
    drive(store, starting, () => end('left'));
    const { mount } = await import('./view/mount.tsx');
    options.beforeMount();
    const screen = mount({ store, theme, stdin, stdout, stderr });
    const how = await ended;
    if (how === 'lost') {
      (await starting).detach(); // first of all: what follows finds nothing to write to
      screen.unmount();
    } else {
      await screen.waitUntilRenderFlush();
      screen.unmount();
      await screen.waitUntilExit();
    }
    if (how !== 'lost') await (await starting).close();
    return exitCodes[how];
  } finally {
    forget();
  }
}

/** Whoever loses the terminal finds the kernel again with `--existing`. */
function awaitEnd({ stdin, stdout, stderr }: Pick<TerminalOptions, 'stdin' | 'stdout' | 'stderr'>) {
  const { promise: ended, resolve: end } = Promise.withResolvers<End>();
  const lost = (): void => end('lost');
  const terminated = (): void => end('ended');
  process.once('SIGHUP', lost).once('SIGTERM', terminated);
  stdin.once('error', lost).once('end', lost);
  // Every write to a terminal that is gone fails, those of ink's farewell too.
  for (const stream of [stdout, stderr]) stream.on('error', lost);
  const forget = (): void => {
    process.off('SIGHUP', lost).off('SIGTERM', terminated);
    stdin.off('error', lost).off('end', lost);
  };
  return { ended, end, forget };
}
