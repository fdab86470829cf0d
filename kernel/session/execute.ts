/**
 * Runs a cell: splits, transforms, evaluates, and says what came of it. An interrupt ends the cell
 * at once; only a magic is told first and may finish what it keeps.
 */
import type { Scope } from '../../lib/code/live.ts';
import { interruptedBy } from '../../lib/interrupt.ts';
import type { Bridge } from './bridge.ts';
import { splitCell } from './cell.ts';
import type { Segment } from './cell.ts';
import { isDisplayHandle } from './display.ts';
import { interrupted, reportError } from './errors.ts';
import type { ErrorReport } from './errors.ts';
import type {
  ExecuteRequest,
  ExpressionResult,
  InspectionRequest,
  MimeBundle,
  SessionEvent,
} from './events.ts';
import type { Interruption } from './interrupts.ts';
import { runMagic } from './magics.ts';
import type { MagicLine, Magics } from './magics.ts';
import type { MagicCall } from '../magics/magic.ts';
import { bundleOf } from './output.ts';
import type { ProgramRunner } from './run-program.ts';
import { transform } from './transform.ts';
import type { Program } from './transform.ts';
import type { Voice } from './voice.ts';

export type Done = Extract<SessionEvent, { type: 'done' }>;

export interface Executor {
  /** Runs it after those before it. Emits all of its events but `done`, which goes to `finish`. */
  enqueue(request: ExecuteRequest): void;
  /** Runs a magic from code, as its line would, and returns its value. */
  magic(name: string, line: string, body?: string): Promise<unknown>;
  /** Ends the running cell; where none runs, those up to this one end as they begin. */
  interrupt(interruption: Interruption): void;
}

export interface ExecutorParts {
  voice: Voice;
  bridge: Bridge;
  magics: Magics;
  scope: Scope;
  check: MagicCall['check'];
  programs: ProgramRunner;
  /** Texts of the cells by name, for error reports. */
  sources: Map<string, string>;
  finish(done: Done): void;
  /** Told whether a magic runs, which may keep something when it is interrupted. */
  inMagic: (is: boolean) => void;
  /** What was computed has just been ended by force, and the interruption is still to come. */
  forced: () => boolean;
}

/** With the names that cells declared with `const`. */
type Parts = ExecutorParts & { constants: Set<string> };

type Ending =
  | {
      status: 'ok';
      result?: MimeBundle;
      expressions: Record<string, ExpressionResult>;
      questions: InspectionRequest[];
    }
  | { status: 'error'; report: ErrorReport }
  | { status: 'interrupted' };

/** The cell that runs now. */
interface Running {
  controller: AbortController;
  /** A magic runs and has not been told to stop. */
  inMagic: boolean;
  end(ending: Ending): void;
}

/**
 * Ending JavaScript by force drops the microtasks that were due, so the queue relies on none: a cell
 * ends in a plain call, and the next one begins in a turn of its own.
 */
export function createExecutor(given: ExecutorParts): Executor {
  const parts: Parts = { ...given, constants: new Set() };
  const queue: ExecuteRequest[] = [];
  let running: Running | undefined;
  let endedBefore = 0;

  const begin = (): void => {
    const request = running ? undefined : queue.shift();
    if (!request) return;
    const mine: Running = { controller: new AbortController(), inMagic: false, end };
    function end(ending: Ending): void {
      if (running !== mine) return; // it was interrupted before it said how it ended
      running = undefined;
      if (queue.length > 0) setImmediate(begin);
      const said: Ending = parts.forced() ? { status: 'interrupted' } : ending;
      parts.finish(conclude(request!, said, parts.voice));
    }
    running = mine;
    if (request.cell <= endedBefore) {
      end({ status: 'interrupted' });
      return;
    }
    interruptedBy(mine.controller.signal);
    parts.voice
      .speakingFor(request.cell, () => perform(request, mine, parts))
      .then(end, (error: unknown) => {
        const { signal } = mine.controller;
        // What gave up because of the interrupt has no failure of its own to tell.
        if (signal.aborted && error === signal.reason) end({ status: 'interrupted' });
        else end({ status: 'error', report: reportError(error, parts.sources) });
      });
  };

  return {
    enqueue(request) {
      queue.push(request);
      begin();
    },
    magic: (name, line, body) =>
      performMagic(
        { name, line, help: false, ...(body !== undefined && { body }) },
        running,
        parts,
      ),
    interrupt({ terminated, cell }) {
      if (!running) {
        endedBefore = cell;
        return;
      }
      const first = running.inMagic && !running.controller.signal.aborted;
      parts.inMagic(false); // It is told once, and then no longer waited for.
      running.controller.abort();
      if (!first || terminated) running.end({ status: 'interrupted' });
    },
  };
}

/** Ends with the value of the last segment that has one. */
async function perform(request: ExecuteRequest, running: Running, parts: Parts): Promise<Ending> {
  const name = `cell-${request.count}.ts`;
  parts.sources.set(name, request.code);
  let value: unknown;
  const segments = splitCell(request.code, parts.magics.names());
  const questions = segments.flatMap(questionOf);
  for (const step of plan(segments, name, running, parts)) {
    const outcome = await step();
    if (outcome.type === 'thrown') throw outcome.error;
    value = outcome.value;
  }
  await parts.voice.settled(request.cell);
  const hidden = request.silent || value === undefined || isDisplayHandle(value);
  const result = hidden ? undefined : await bundleOf(value);
  const expressions = await evaluateAll(request.expressions, parts);
  return { status: 'ok', expressions, questions, ...(result && { result }) };
}

function questionOf(segment: Segment): InspectionRequest[] {
  if (segment.type !== 'question') return [];
  const { name, detail } = segment;
  return [{ code: name, cursor: name.length, detail }];
}

type Step = () => ReturnType<ProgramRunner['run']>;

/** Everything is transformed before anything runs: a cell with a syntax error does nothing. */
function plan(segments: readonly Segment[], name: string, running: Running, parts: Parts): Step[] {
  return segments.flatMap((segment): Step | [] => {
    if (segment.type === 'question') return [];
    if (segment.type === 'code') {
      const program = transform(segment.source, name, parts.constants);
      return () => {
        declare(program.declares, parts.constants);
        return parts.programs.run(program, name);
      };
    }
    return async () => ({ type: 'value', value: await performMagic(segment, running, parts) });
  });
}

/** `running`: the cell that can be interrupted, absent where code of an earlier one calls late. */
async function performMagic(
  call: MagicLine,
  running: Running | undefined,
  { magics, voice, bridge, scope, check, inMagic }: Parts,
): Promise<unknown> {
  const magic = await magics.find(call.name);
  const { signal } = running?.controller ?? new AbortController();
  if (running) {
    running.inMagic = true;
    inMagic(true);
  }
  try {
    return await runMagic(magic, call, {
      voice,
      display: bridge.display,
      scope,
      signal,
      check,
    });
  } finally {
    if (running) {
      running.inMagic = false;
      inMagic(false);
    }
  }
}

function declare(names: Program['declares'], constants: Set<string>): void {
  for (const [name, constant] of names) {
    if (constant) constants.add(name);
    else constants.delete(name);
  }
}

async function evaluateAll(
  expressions: Record<string, string>,
  { programs, sources }: ExecutorParts,
): Promise<Record<string, ExpressionResult>> {
  const results: Record<string, ExpressionResult> = {};
  for (const [key, code] of Object.entries(expressions)) {
    try {
      const outcome = await programs.run(transform(code, 'expression.ts'), 'expression.ts');
      if (outcome.type === 'thrown') throw outcome.error;
      results[key] = { status: 'ok', data: await bundleOf(outcome.value), metadata: {} };
    } catch (error) {
      const { name, message, stack } = reportError(error, sources);
      results[key] = { status: 'error', name, message, stack };
    }
  }
  return results;
}

function conclude(request: ExecuteRequest, ending: Ending, voice: Voice): Done {
  const { cell } = request;
  if (ending.status === 'ok') {
    if (ending.result) voice.emit({ type: 'result', data: ending.result }, cell);
    const { expressions, questions } = ending;
    return {
      ...{ type: 'done', cell, status: 'ok', expressions },
      ...(questions.length > 0 && { questions }),
    };
  }
  const report = ending.status === 'error' ? ending.report : interrupted;
  voice.emit({ type: 'error', ...report }, cell);
  return { type: 'done', cell, status: ending.status };
}
