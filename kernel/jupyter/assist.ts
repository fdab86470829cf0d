/**
 * Help while a cell is written: from the live session, which knows values, and from the language process,
 * which knows types. What is alive comes first; neither is waited for where the other is enough.
 */
import type { Language } from '../language/process.ts';
import type { Typed } from '../language/protocol.ts';
import type {
  Completion,
  CompletionRequest,
  Inspection,
  InspectionRequest,
  Match,
  Session,
} from '../session/events.ts';

export interface Assist {
  complete(request: CompletionRequest): Promise<Completion>;
  /** `patient`: who asks would rather wait than be told half of it. */
  inspect(request: InspectionRequest, options?: { patient?: boolean }): Promise<Inspection>;
  /** Somebody who types has run a cell, and is likely to ask soon. */
  expect(): void;
}

export interface AssistParts {
  session: Pick<Session, 'complete' | 'inspect'>;
  language: Pick<Language, 'ready' | 'ask' | 'warm'>;
  /** A cell runs: the session answers only where that awaits something. */
  busy: () => boolean;
  /** How long a session that is busy may take, in milliseconds. */
  patienceMs?: number;
  /** How long nothing must have run before the language process is started unasked. */
  quietMs?: number;
}

export function createAssist({
  session,
  language,
  busy,
  patienceMs = 60,
  quietMs = 2000,
}: AssistParts): Assist {
  let quiet: NodeJS.Timeout | undefined;
  const soon = <T>(live: Promise<T>): Promise<T | undefined> =>
    busy() ? Promise.race([live, after(patienceMs)]) : live;
  return {
    async complete(asking) {
      const request = inCheck(asking);
      const { code, cursor } = request;
      if (isMagic(code, cursor)) return session.complete(request);
      const asked = language.ask('complete', request);
      const live = await soon(session.complete(request));
      // Types take a second or two to be there at first: what is known by then is told.
      const typed = live?.matches.length && !language.ready ? undefined : await asked;
      return merged(live ?? { matches: [], start: cursor, end: cursor, types: [] }, typed);
    },
    async inspect(asking, { patient = false } = {}) {
      const request = inCheck(asking);
      if (isMagic(request.code, request.cursor)) return session.inspect(request);
      const asked = language.ask('inspect', request);
      const live = await soon(session.inspect(request));
      const typed = live && !language.ready && !patient ? undefined : await asked;
      return typed ? described(live, typed, request.detail) : live;
    },
    expect() {
      clearTimeout(quiet);
      quiet = setTimeout(() => busy() || language.warm(), quietMs).unref();
    },
  };
}

function after(milliseconds: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds, undefined));
}

/** The body of `%%check` is a cell like others. */
function inCheck<R extends CompletionRequest>(request: R): R {
  const head = /^\s*%%check\b[^\n]*\n/.exec(request.code)?.[0] ?? '';
  if (request.cursor < head.length) return request;
  return { ...request, code: head.replace(/[^\n]/g, ' ') + request.code.slice(head.length) };
}

/** A magic's own words are for the session alone. */
function isMagic(code: string, cursor: number): boolean {
  const line = code.slice(code.lastIndexOf('\n', cursor - 1) + 1);
  return /^%{1,2}(\p{L}|$|\n)/u.test(line) || /^\s*%%/.test(code);
}

/** Live matches, told of what is known of their types, and then those that only types know. */
function merged(live: Completion, typed: Completion | undefined): Completion {
  if (!typed || typed.matches.length === 0) return live;
  if (live.matches.length === 0 || live.start !== typed.start) return typed;
  const known = new Map(typed.types.map((match) => [match.text, match]));
  const types = new Map<string, Match>();
  for (const match of live.types) types.set(match.text, { ...known.get(match.text), ...match });
  for (const match of typed.types) if (!types.has(match.text)) types.set(match.text, match);
  const all = [...types.values()];
  return { ...live, matches: all.map(({ text }) => text), types: all };
}

/** The declaration, its comment and its source; then the value, which a function's declaration makes needless. */
function described(live: Inspection, { text, source, callable }: Typed, detail: 0 | 1): Inspection {
  const isTold = callable && (detail === 0 || source !== undefined);
  const parts = [text, source, isTold ? undefined : live?.['text/plain']];
  return { 'text/plain': parts.filter((part) => typeof part === 'string').join('\n\n') };
}
