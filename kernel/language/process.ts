/**
 * The kernel's handle on the language process: started when something is first asked, ended when nothing
 * was for some minutes, started again where it died. It is told of the cells, whenever it starts.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ownArguments } from '../../lib/own-process.ts';
import type { Asked, FromLanguage, ToLanguage } from './protocol.ts';

export interface Language {
  /** Answers are sure to come soon. */
  readonly ready: boolean;
  /** Undefined where none runs. */
  readonly pid: number | undefined;
  /** Starts it, the first time: so long as nothing is asked, it would only take memory again. */
  warm(): void;
  /** A cell was run. */
  cell(code: string): void;
  /** The variables are lost. */
  forget(): void;
  /** Undefined where nothing is known, or the process died over it. Starts it where there is none. */
  ask<Q extends keyof Asked>(
    type: Q,
    request: Asked[Q]['request'],
  ): Promise<Asked[Q]['answer'] | undefined>;
  /** Ends the process. */
  close(): void;
}

const idleMs = 10 * 60_000;

export function createLanguage(
  cwd: string,
  options: { idleMs?: number; onEnd?: () => void } = {},
): Language {
  const cells: string[] = [];
  let life: Life | undefined;
  let idle: NodeJS.Timeout | undefined;
  let begun = false;
  const begin = (): Life => {
    begun = true;
    const started = startLife(cwd, () => {
      if (life === started) life = undefined;
      options.onEnd?.();
    });
    for (const code of cells) started.send({ type: 'cell', code });
    return started;
  };
  const close = (): void => {
    clearTimeout(idle);
    life?.end();
    life = undefined;
  };
  const wanted = (): Life => {
    clearTimeout(idle);
    idle = setTimeout(close, options.idleMs ?? idleMs).unref();
    return (life ??= begin());
  };
  return {
    get ready() {
      return life?.ready ?? false;
    },
    get pid() {
      return life?.pid;
    },
    warm() {
      if (!begun) wanted();
    },
    cell(code) {
      cells.push(code);
      life?.send({ type: 'cell', code });
    },
    forget() {
      cells.length = 0;
      life?.send({ type: 'forget' });
    },
    ask: (type, request) => wanted().ask(type, request) as never,
    close,
  };
}

interface Life {
  readonly ready: boolean;
  readonly pid: number | undefined;
  send(message: ToLanguage): void;
  ask(type: keyof Asked, request: unknown): Promise<unknown>;
  end(): void;
}

function startLife(cwd: string, onEnd: () => void): Life {
  const child = spawn(process.execPath, ownArguments('kernel/language/main'), {
    cwd,
    env: { NODE_COMPILE_CACHE: join(tmpdir(), 'node-compile-cache'), ...process.env },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const questions = new Map<number, (answer: unknown) => void>();
  let ready = false;
  let asked = 0;
  child.on('message', (message: FromLanguage) => {
    if (message.type === 'ready') ready = true;
    else {
      questions.get(message.id)?.(message.answer ?? undefined);
      questions.delete(message.id);
    }
  });
  const over = (): void => {
    ready = false;
    for (const resolve of questions.values()) resolve(undefined);
    questions.clear();
    onEnd();
  };
  child.once('exit', over).once('error', over);
  const send = (message: ToLanguage): void => {
    if (child.connected) child.send(message, () => undefined);
  };
  return {
    get ready() {
      return ready;
    },
    pid: child.pid,
    send,
    ask: (type, request) =>
      new Promise((resolve) => {
        if (isAlive(child)) {
          questions.set(++asked, resolve);
          send({ type, id: asked, request } as ToLanguage);
        } else resolve(undefined);
      }),
    end: () => {
      if (child.connected) child.disconnect();
    },
  };
}

function isAlive({ exitCode, signalCode, connected }: ChildProcess): boolean {
  return connected && exitCode === null && signalCode === null;
}
