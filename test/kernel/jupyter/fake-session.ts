/** A session that does what a script says: no process, no user code. */
import type {
  CommMessage,
  Completion,
  Inspection,
  Problem,
  Session,
  SessionEvent,
} from '../../../kernel/session/events.ts';
import type { Typed } from '../../../kernel/language/protocol.ts';
import type { Utterance } from '../../../kernel/session/voice.ts';

/** What a cell does: shows something, or waits until the session is told of this. */
export type Step = Utterance | { type: 'wait'; for: 'interrupt' | 'answer' };

export interface Script {
  /** A cell's code to its steps; absent: it is done at once. */
  cells?: Record<string, Step[]>;
  completion?: Completion;
  inspection?: Inspection;
  /** What types say: the same whatever is asked. Without it nothing is known, and nothing started. */
  typed?: { completion?: Completion; inspection?: Typed; problems?: Problem[] };
  /** Completions and inspections are never answered. */
  computes?: boolean;
  /** Interrupts are never answered. */
  deaf?: boolean;
  /** What a comm message makes the session say, by act. */
  comms?: Partial<Record<CommMessage['act'], Utterance[]>>;
}

export interface FakeSession extends Session {
  /** All that the session was asked for and told, in order. */
  told: Record<string, unknown>[];
}

export function fakeSession(script: Script, onEvent: (event: SessionEvent) => void): FakeSession {
  const waiting = { interrupt: [] as (() => void)[], answer: [] as (() => void)[] };
  const told: FakeSession['told'] = [];
  const release = (what: keyof typeof waiting): void => {
    for (const resolve of waiting[what].splice(0)) resolve();
  };
  return {
    told,
    async execute({ cell, ...request }) {
      told.push({ execute: request });
      await Promise.resolve();
      for (const step of script.cells?.[request.code] ?? []) {
        if (step.type === 'wait') await new Promise<void>((go) => waiting[step.for].push(go));
        else onEvent({ ...step, cell });
        if (step.type === 'done') return { ...step, cell };
      }
      const done = { type: 'done', status: 'ok', cell } as const;
      onEvent(done);
      return done;
    },
    complete(request) {
      told.push({ complete: request });
      if (script.computes) return new Promise(() => undefined);
      return Promise.resolve(script.completion ?? { matches: [], start: 0, end: 0, types: [] });
    },
    inspect(request) {
      told.push({ inspect: request });
      if (script.computes) return new Promise(() => undefined);
      return Promise.resolve(script.inspection);
    },
    answer(id, text) {
      told.push({ answer: { id, text } });
      release('answer');
    },
    comm({ cell, buffers = [], ...message }) {
      const texts = buffers.map((bytes) => Buffer.from(bytes).toString());
      told.push({ comm: { ...message, buffers: texts } });
      for (const utterance of script.comms?.[message.act] ?? []) onEvent({ ...utterance, cell });
    },
    interrupt() {
      told.push({ interrupt: true });
      if (script.deaf) return new Promise(() => undefined);
      release('interrupt');
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  };
}
