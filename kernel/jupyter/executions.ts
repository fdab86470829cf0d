/** Cells one after another, as they were asked for; an error may abort those that wait. */
import type { ExecuteRequest, SessionEvent } from '../session/events.ts';

export type Done = Extract<SessionEvent, { type: 'done' }>;

export interface Executions {
  /** Cells that have been counted so far. */
  count: number;
  /** Runs when those before have ended; `aborted` when one of them failed and took the queue with it. */
  run(start: () => ExecuteRequest, stopOnError: boolean): Promise<Done | 'aborted'>;
}

export function createExecutions(execute: (request: ExecuteRequest) => Promise<Done>): Executions {
  let last: Promise<unknown> = Promise.resolve();
  let generation = 0;
  return {
    count: 0,
    run(start, stopOnError) {
      const mine = generation;
      const turn = last.then(async () => {
        if (mine !== generation) return 'aborted' as const;
        const done = await execute(start());
        if (done.status !== 'ok' && stopOnError) generation++;
        return done;
      });
      last = turn.catch(() => undefined);
      return turn;
    },
  };
}
