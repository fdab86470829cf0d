/**
 * Errors as the person sees them: the cell's own frames, the line that failed, the cause; what
 * belongs to Node or to the session is cut.
 */
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { isUserError } from '../../lib/errors.ts';
import type { SessionEvent } from './events.ts';

export type ErrorReport = Omit<Extract<SessionEvent, { type: 'error' }>, 'type' | 'cell'>;

/** Text of a cell by its name in stack frames, for the code frame. */
export type CellSources = ReadonlyMap<string, string>;

export function reportError(error: unknown, sources: CellSources): ErrorReport {
  const { name, message } = titleOf(error);
  const hint = hintOf(error);
  const report = { name, message, ...(hint !== undefined && { hint }) };
  if (isUserError(error)) return { ...report, stack: [`${name}: ${message}`] };
  return { ...report, stack: stackOf(error, sources) };
}

/** A cell that the person ended. */
export const interrupted: ErrorReport = {
  name: 'Interrupted',
  message: 'the cell was interrupted',
  stack: ['Interrupted: the cell was interrupted'],
};

function titleOf(error: unknown): { name: string; message: string } {
  if (isErrorLike(error))
    return { name: asText(error.name) || 'Error', message: asText(error.message) };
  return { name: 'Thrown', message: typeof error === 'string' ? error : inspect(error) };
}

/** An `Error`, of another realm too; nothing is certain of its fields. */
interface ErrorLike {
  name?: unknown;
  message: unknown;
  stack: unknown;
}

function isErrorLike(error: unknown): error is ErrorLike {
  return typeof error === 'object' && error !== null && 'message' in error && 'stack' in error;
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : inspect(value);
}

function hintOf(error: unknown): string | undefined {
  if (isUserError(error)) return error.hint;
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'MODULE_NOT_FOUND') return undefined;
  const name = /Cannot find (?:package|module) '([^'./][^']*)'/.exec((error as Error).message)?.[1];
  return name === undefined ? undefined : `npm install ${name}, in the folder of the notebook`;
}

function stackOf(error: unknown, sources: CellSources): string[] {
  const { name, message } = titleOf(error);
  const frames = framesOf(error);
  const lines = [`${name}: ${message}`, ...frames, ...codeFrame(frames, sources)];
  const cause: unknown = error instanceof Error ? error.cause : undefined;
  if (cause !== undefined && cause !== error) {
    const [title = '', ...rest] = stackOf(cause, sources);
    lines.push(`caused by ${title}`, ...rest);
  }
  if (error instanceof AggregateError)
    for (const one of error.errors) lines.push(...stackOf(one, sources).slice(0, 1));
  return lines;
}

const sessionFolder = fileURLToPath(new URL('.', import.meta.url));
const cellFrame = /(cell-\d+\.ts):(\d+):(\d+)/;

/** Frames down to the cell's outermost one, without Node's and the session's. */
function framesOf(error: unknown): string[] {
  if (!isErrorLike(error) || typeof error.stack !== 'string') return [];
  const frames = error.stack
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .filter((line) => !/\(?node:|\(<anonymous>\)$|at <anonymous>$|at new Promise/.test(line))
    .filter((line) => !line.includes(sessionFolder));
  const last = frames.findLastIndex((line) => cellFrame.test(line));
  return (last < 0 ? frames : frames.slice(0, last + 1)).map((line) => `    ${line.trim()}`);
}

/** The failing line with a line of context before it, and a caret. */
function codeFrame(frames: string[], sources: CellSources): string[] {
  const [, cell = '', line = '', column = ''] =
    cellFrame.exec(frames.find((frame) => cellFrame.test(frame)) ?? '') ?? [];
  const lines = sources.get(cell)?.split('\n');
  const number = Number(line);
  const text = lines?.[number - 1];
  if (!lines || text === undefined || text.length > 500) return [];
  const width = String(number).length;
  const before = lines[number - 2];
  const show = (mark: string, n: number, content: string): string =>
    `${mark} ${String(n).padStart(width)} | ${content}`;
  return [
    '',
    ...(before?.trim() ? [show(' ', number - 1, before.slice(0, 500))] : []),
    show('>', number, text),
    `  ${' '.repeat(width)} | ${' '.repeat(Math.max(0, Number(column) - 1))}^`,
  ];
}
