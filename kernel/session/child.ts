/** One session process as the kernel sees it: started, written to, read from, and how it ended. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex, Readable, Writable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { ownArguments } from '../../lib/own-process.ts';
import { lineSplitter } from './pipe.ts';
import type { Command, Notice } from './protocol.ts';
import { commandsFile, decodeNotice, encode, interruptsFile, noticesFile } from './protocol.ts';

export interface ChildOptions {
  cwd: string;
  /** Arguments for Node itself, such as a heap limit. */
  nodeArguments: readonly string[];
  onNotices(notices: Notice[]): void;
  onNative(name: 'stdout' | 'stderr', text: string): void;
  /** Comes last, after all that could be read. `reason` is a sentence. */
  onEnd(reason: string): void;
}

export interface Child {
  send(command: Command): void;
  /** Ends the running cell, and this one where it has not begun. */
  interrupt(cell: number): Promise<void>;
  close(): Promise<void>;
}

/** Where Node itself keeps it: half of the start is compiling what was compiled before. */
const compileCache = join(tmpdir(), 'node-compile-cache');

/** How long a dead process's pipes may stay open in its own children. */
const drainMs = 250;
const closeMs = 1000;

export function startChild(options: ChildOptions): Child {
  const child = spawn(
    process.execPath,
    [
      '--no-force-async-hooks-checks',
      ...options.nodeArguments,
      ...ownArguments('kernel/session/main'),
    ],
    {
      cwd: options.cwd,
      env: { NODE_COMPILE_CACHE: compileCache, ...process.env },
      stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe', 'pipe'],
    },
  );
  const lastWords = readOutput(child, options);
  const commands = child.stdio[commandsFile] as Writable;
  commands.on('error', () => undefined); // it is dying: `exit` says why
  const acknowledgements = interruptLine(child);
  const { promise: ended, resolve } = Promise.withResolvers<undefined>();

  child.on('error', (error) => {
    options.onEnd(`the session could not be started: ${error.message}`);
    resolve(undefined);
  });
  child.on('exit', (code, signal) => {
    const finish = (): void => {
      clearTimeout(timer);
      child.removeListener('close', finish);
      acknowledgements.drop();
      options.onEnd(reasonOf(code, signal, lastWords()));
      resolve(undefined);
    };
    const timer = setTimeout(finish, drainMs);
    child.on('close', finish);
  });

  return {
    send: (command) => void commands.write(encode(command)),
    interrupt: acknowledgements.ask,
    async close() {
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), closeMs);
      await ended;
      clearTimeout(timer);
    },
  };
}

/** Node's report of a full heap is for its developers: kept for `reasonOf`, not shown. */
const heapReport = '<--- Last few GCs --->';

/** Reads all streams; returns what Node said as it died. */
function readOutput(child: ChildProcess, options: ChildOptions): () => string {
  const notices = child.stdio[noticesFile] as Readable;
  notices.on(
    'data',
    lineSplitter((lines) => options.onNotices(lines.map(decodeNotice))),
  );
  let report = '';
  for (const name of ['stdout', 'stderr'] as const) {
    const show = (text: string): void => {
      const at = report !== '' ? 0 : name === 'stderr' ? text.indexOf(heapReport) : -1;
      if (name === 'stderr' && at >= 0) report += text.slice(at);
      const shown = name === 'stderr' && at >= 0 ? text.slice(0, at).trimEnd() : text;
      if (shown !== '') options.onNative(name, shown);
    };
    const decoder = new StringDecoder('utf8');
    child[name]?.on('data', (chunk: Buffer) => show(decoder.write(chunk)));
  }
  return () => report;
}

/** One line out is one interrupt, with the last cell; one line back says that it was dealt with. */
function interruptLine(child: ChildProcess): { ask: Child['interrupt']; drop: () => void } {
  const pipe = (child.stdio as unknown[])[interruptsFile] as Duplex;
  let waiting: (() => void)[] = [];
  const drop = (): void => {
    for (const resolve of waiting) resolve();
    waiting = [];
  };
  pipe.on('error', drop);
  pipe.on(
    'data',
    lineSplitter((lines) => lines.forEach(() => waiting.shift()?.())),
  );
  return {
    ask: (cell) =>
      new Promise((resolve) => {
        waiting.push(resolve);
        pipe.write(`${cell}\n`);
      }),
    drop,
  };
}

function reasonOf(code: number | null, signal: NodeJS.Signals | null, report: string): string {
  if (report.includes('heap')) return 'the session ran out of memory (heap limit)';
  if (signal === null) return `the session ended: a cell called process.exit(${code ?? 0})`;
  const crashes = ['SIGSEGV', 'SIGBUS', 'SIGILL', 'SIGFPE', 'SIGABRT', 'SIGTRAP'];
  return crashes.includes(signal)
    ? `the session crashed with ${signal}`
    : `the session was killed by ${signal}`;
}
