/**
 * A session at the terminal, from the first frame to the last: state, driver and view joined.
 */
import { drive } from './driver.ts';
import { historyFile } from './history-file.ts';
import type { Kernel } from './kernel/kernel.ts';
import { initialState } from './state/state.ts';
import { createStore } from './store.ts';
import type { Theme } from './theme.ts';

export interface TerminalOptions {
  /** The kernel lives on after this terminal. */
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
  const { ended, end } = ending(stdin);
  starting.catch(() => end('left'));
  const history = historyFile();
  const [{ mount }, entries] = await Promise.all([import('./view/mount.tsx'), history.load()]);
  const store = createStore(initialState(entries, options.attached));
  store.onChange((state, previous) => {
    const added = state.history.entries.at(-1);
    if (state.history.entries !== previous.history.entries && added !== undefined)
      void history.append(added);
  });
  drive(store, starting, () => end('left'));
  options.beforeMount();
  const screen = mount({ store, theme, stdin, stdout, stderr });
  const how = await ended;
  await screen.waitUntilRenderFlush();
  screen.unmount();
  await screen.waitUntilExit();
  const kernel = await starting;
  // Whoever loses the terminal finds the kernel again with `--existing`.
  if (how === 'lost') kernel.detach();
  else await kernel.close();
  return exitCodes[how];
}

function ending(stdin: NodeJS.ReadStream): { ended: Promise<End>; end: (how: End) => void } {
  const { promise: ended, resolve: end } = Promise.withResolvers<End>();
  process.once('SIGHUP', () => end('lost'));
  process.once('SIGTERM', () => end('ended'));
  stdin.once('error', () => end('lost'));
  stdin.once('end', () => end('lost'));
  return { ended, end };
}
