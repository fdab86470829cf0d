/** Puts the terminal on the screen. Loads ink and React, so it is itself loaded late. */
import { render, type Instance } from 'ink';
import type { Store } from '../store.ts';
import type { Theme } from '../theme.ts';
import { App } from './app.tsx';

interface Mounting {
  store: Store;
  theme: Theme;
  stdin: NodeJS.ReadStream;
  stdout: NodeJS.WriteStream;
  stderr: NodeJS.WriteStream;
}

/** Ctrl-C is a key of ours, and nothing in this process writes to the console. */
export function mount({ store, theme, stdin, stdout, stderr }: Mounting): Instance {
  return render(<App store={store} theme={theme} />, {
    stdin,
    stdout,
    stderr,
    exitOnCtrlC: false,
    interactive: true,
    patchConsole: false,
  });
}
