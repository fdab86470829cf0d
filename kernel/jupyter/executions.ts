/** Cells one after another, as they were asked for; an error may abort those that wait. */
import type { ExecuteRequest, SessionEvent } from '../session/events.ts';
import type { Header } from './wire.ts';

export type Done = Extract<SessionEvent, { type: 'done' }>;

export interface Turn {
  /** Of the request. */
  header: Partial<Header>;
  stopOnError: boolean;
  /** Called when its turn has come. */
  begin: () => ExecuteRequest;
  /** Called when the session has it: what is told of it costs the cell no time. */
  begun: () => void;
}

export interface Executions {
  /** Cells that have been counted so far. */
  count: number;
  /** The request whose cell runs now. */
  readonly running: Partial<Header> | undefined;
  /** Runs when those before have ended; `aborted` when one of them failed and took the queue with it. */
  run(turn: Turn): Promise<Done | 'aborted'>;
}

export function createExecutions(execute: (request: ExecuteRequest) => Promise<Done>): Executions {
  let last: Promise<unknown> = Promise.resolve();
  let generation = 0;
  let running: Partial<Header> | undefined;
  return {
    count: 0,
    get running() {
      return running;
    },
    run({ header, stopOnError, begin, begun }) {
      const mine = generation;
      const turn = last.then(async () => {
        if (mine !== generation) return 'aborted' as const;
        running = header;
        try {
          const ending = execute(begin());
          begun();
          const done = await ending;
          if (done.status !== 'ok' && stopOnError) generation++;
          return done;
        } finally {
          running = undefined;
        }
      });
      last = turn.catch(() => undefined);
      return turn;
    },
  };
}
