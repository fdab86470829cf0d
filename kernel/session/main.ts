/**
 * The session process: user code and nothing else. Commands come on file descriptor 3, what cells
 * show goes out on 4, interrupts come on 5 to a thread of their own.
 */
import { flushCompileCache, setSourceMapsSupport } from 'node:module';
import { Worker } from 'node:worker_threads';
import { ownModule } from '../../lib/own-process.ts';
import type { Bridge } from './bridge.ts';
import { installBridge } from './bridge.ts';
import { createChecks } from './checks.ts';
import { createComms } from './comm.ts';
import { createDisplay } from './display.ts';
import { showDownloadsIn } from './downloads.ts';
import { reportError } from './errors.ts';
import { createEvaluator } from './evaluate.ts';
import type { Done, Executor } from './execute.ts';
import { createExecutor } from './execute.ts';
import { installGlobals } from './globals.ts';
import { installImports } from './imports.ts';
import { createInputs } from './input.ts';
import { answered, asked, forced, idle, words, type Interruption } from './interrupts.ts';
import { createMagics } from './magics.ts';
import type { MagicDefinition } from './magics.ts';
import { captureStreams } from './output.ts';
import { blockingWriter, readLines } from './pipe.ts';
import type { Command } from './protocol.ts';
import { commandsFile, decodeCommand, noticesFile, noticeWriter } from './protocol.ts';
import { createProgramRunner } from './run-program.ts';
import { installStackTraces } from './stack-traces.ts';
import { createQuestions } from './questions.ts';
import { showRowsWorkIn } from './rows-work.ts';
import { createScope } from './scope.ts';
import { createVoice } from './voice.ts';

/** By then the first cell has run. */
const quietMs = 2000;

main();

function main(): void {
  const send = noticeWriter(blockingWriter(noticesFile));
  const voice = createVoice((event) => send({ type: 'event', event }));
  const inputs = createInputs(voice);
  const comms = createComms(voice);
  const magics = createMagics();
  const bridge: Bridge = {
    display: createDisplay(voice),
    input: inputs.input,
    comm: comms,
    magic,
  };
  function magic(definition: MagicDefinition): void;
  function magic(name: string, line?: string, body?: string): Promise<unknown>;
  function magic(what: MagicDefinition | string, line = '', body?: string): unknown {
    if (typeof what === 'string') return executor.magic(what, line, body);
    magics.add(what);
    return undefined;
  }
  const evaluator = createEvaluator();
  const programs = createProgramRunner(evaluator, installImports(), installStackTraces());
  const sources = new Map<string, string>();
  const finish = (event: Done): void => send({ type: 'event', event });
  const interrupts = new Int32Array(new SharedArrayBuffer(4 * words.count));
  installBridge(bridge);
  installGlobals(bridge);
  showDownloadsIn(bridge.display);
  showRowsWorkIn(bridge.display);
  const scope = createScope(evaluator);
  const checks = createChecks(send);
  const { check } = checks;
  const executor = createExecutor({
    voice,
    bridge,
    magics,
    scope,
    check,
    programs,
    sources,
    finish,
    inMagic: (is) => Atomics.store(interrupts, words.inMagic, is ? 1 : 0),
    forced: () => Atomics.load(interrupts, words.state) === forced,
  });
  const questions = createQuestions({ evaluator, magics, scope }, send);

  captureStreams(voice);
  process.on('SIGINT', () => undefined); // the kernel decides what an interrupt is
  for (const event of ['uncaughtException', 'unhandledRejection'])
    process.on(event, (error) => voice.emit({ type: 'error', ...reportError(error, sources) }));
  listenForInterrupts(interrupts, (interruption) => {
    executor.interrupt(interruption);
    if (interruption.terminated) questions.giveUp();
  });

  readCommands({
    execute: ({ request }) => executor.enqueue(request),
    complete: questions.complete,
    inspect: questions.inspect,
    answer: ({ id, text }) => inputs.answer(id, text),
    checked: checks.answer,
    comm: ({ message }) => comms.receive(message),
  });
  send({ type: 'ready' });
  flushCompileCache(); // a process that is killed would keep nothing; costs nothing where it is kept
  setSourceMapsSupport(true, { nodeModules: false });
  setTimeout(flushCompileCache, quietMs).unref(); // what the first cells have loaded
}

type Handlers = { [T in Command['type']]: (command: Extract<Command, { type: T }>) => void };

function readCommands(handlers: Handlers): void {
  readLines(
    commandsFile,
    (line) => {
      const command = decodeCommand(line);
      handlers[command.type](command as never);
    },
    () => process.exit(), // the kernel is gone
  );
}

function listenForInterrupts(shared: Int32Array, interrupt: Executor['interrupt']): void {
  const settle = (from: number, to: number, interruption: Interruption): void => {
    if (Atomics.compareExchange(shared, words.state, from, to) !== from) return;
    interrupt(interruption);
    Atomics.notify(shared, words.state);
  };
  const worker = new Worker(ownModule('kernel/session/interrupts'), {
    workerData: shared.buffer,
    execArgv: [],
  });
  worker.unref();
  worker.on('message', (interruption: Interruption) => {
    if (interruption.terminated) settle(forced, idle, interruption);
    else settle(asked, answered, interruption);
  });
}
