/** Asks the kernel for the type errors of a text: the compiler lives in a process beside this one. */
import type { Problem } from './events.ts';
import type { Command, Notice } from './protocol.ts';

export interface Checks {
  check: (code: string) => Promise<Problem[] | undefined>;
  answer: (answer: Extract<Command, { type: 'checked' }>) => void;
}

export function createChecks(send: (notice: Notice) => void): Checks {
  const waiting = new Map<number, (problems: Problem[] | undefined) => void>();
  let asked = 0;
  return {
    check: (code) =>
      new Promise((resolve) => {
        waiting.set(++asked, resolve);
        send({ type: 'check', id: asked, code });
      }),
    answer({ id, problems }) {
      waiting.get(id)?.(problems ?? undefined);
      waiting.delete(id);
    },
  };
}
