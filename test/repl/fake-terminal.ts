/** The terminal app on a screen that remembers its frames and can be waited for. */
import { EventEmitter } from 'node:events';
import { render } from 'ink';
import { createElement } from 'react';
import { drive } from '../../repl/driver.ts';
import { initialState } from '../../repl/state/state.ts';
import { createStore } from '../../repl/store.ts';
import { themeOf } from '../../repl/theme.ts';
import { App } from '../../repl/view/app.tsx';
import { FakeKernel } from './fake-kernel.ts';

class Screen extends EventEmitter {
  isTTY = true;
  columns: number;
  rows = 24;
  frame = '';

  constructor(columns: number) {
    super();
    this.columns = columns;
  }
  write(text: string, done?: () => void): boolean {
    // The last frame is all that scrolled away and the live part below it.
    if (text !== '') this.frame = text;
    done?.();
    this.emit('frame');
    return true;
  }
}

class Keyboard extends EventEmitter {
  isTTY = true;
  #typed: string[] = [];
  type(text: string): void {
    this.#typed.push(text);
    this.emit('readable');
  }
  read(): string | null {
    return this.#typed.shift() ?? null;
  }
  setEncoding(): void {}
  setRawMode(): void {}
  ref(): void {}
  unref(): void {}
}

export interface Options {
  width?: number;
  colours?: boolean;
  spoken?: boolean;
  kernel?: Promise<FakeKernel>;
  attached?: boolean;
}

export const keys = {
  enter: '\r',
  altEnter: '\u001b\r',
  ctrlC: '\u0003',
  ctrlD: '\u0004',
  tab: '\t',
  shiftTab: '\u001b[Z',
  up: '\u001b[A',
  down: '\u001b[B',
  left: '\u001b[D',
  escape: '\u001b',
  paste: (text: string) => `\u001b[200~${text}\u001b[201~`,
};

/** Opens the app; every test closes it. */
export function open(options: Options = {}) {
  const { width = 80, colours = false, spoken = false, attached = false } = options;
  const kernel = new FakeKernel();
  const screen = new Screen(width);
  const keyboard = new Keyboard();
  const store = createStore(initialState(attached));
  const left = Promise.withResolvers<undefined>();
  drive(store, options.kernel ?? Promise.resolve(kernel), () => left.resolve(undefined));
  const app = render(createElement(App, { store, theme: themeOf(colours) }), {
    stdout: screen as unknown as NodeJS.WriteStream,
    stderr: screen as unknown as NodeJS.WriteStream,
    stdin: keyboard as unknown as NodeJS.ReadStream,
    debug: true,
    exitOnCtrlC: false,
    patchConsole: false,
    interactive: true,
    isScreenReaderEnabled: spoken,
  });
  const text = (): string => trimmed(screen.frame);
  return {
    kernel,
    store,
    text,
    left: left.promise,
    type: (...parts: string[]) => parts.forEach((part) => keyboard.type(part)),
    resize(columns: number): void {
      screen.columns = columns;
      screen.emit('resize');
    },
    /** Waits until the frame satisfies; tells the frame when that never comes. */
    until(satisfied: (frame: string) => boolean): Promise<string> {
      return new Promise((resolve) => {
        const look = (): void => {
          if (!satisfied(text())) return;
          screen.off('frame', look);
          resolve(text());
        };
        screen.on('frame', look);
        look();
      });
    },
    close(): void {
      app.unmount();
      app.cleanup();
    },
  };
}

/** Rows without the spaces that pad them. */
function trimmed(frame: string): string {
  return frame
    .split('\n')
    .map((row) => row.trimEnd())
    .join('\n')
    .trimEnd();
}
