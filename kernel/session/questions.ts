/** Answers questions about the live session; each gets one answer, if an empty one. */
import type { LiveParts } from './complete.ts';
import type { CompletionRequest, InspectionRequest } from './events.ts';
import type { Command, Notice } from './protocol.ts';

type Question<T extends Command['type']> = (command: Extract<Command, { type: T }>) => void;

export interface Questions {
  complete: Question<'complete'>;
  inspect: Question<'inspect'>;
  /** Answers what is open with nothing: an interrupt by force may have ended the work on it. */
  giveUp(): void;
}

/** Loaded with the first question: the first cell should not wait for it. */
const load = {
  complete: async (request: CompletionRequest, parts: LiveParts) =>
    (await import('./complete.ts')).complete(request, parts),
  inspect: async (request: InspectionRequest, parts: LiveParts) =>
    (await import('./inspect.ts')).inspect(request, parts),
};

export function createQuestions(parts: LiveParts, send: (notice: Notice) => void): Questions {
  const open = new Map<number, Notice>();

  const ask = (id: number, empty: Notice, work: Promise<Notice>): void => {
    open.set(id, empty);
    const reply = (notice: Notice): void => {
      if (open.delete(id)) send(notice);
    };
    work.then(reply, () => reply(empty));
  };

  return {
    complete({ id, request }) {
      const { cursor } = request;
      const nothing = { matches: [], start: cursor, end: cursor, types: [] };
      ask(
        id,
        { type: 'completion', id, completion: nothing },
        load
          .complete(request, parts)
          .then((completion) => ({ type: 'completion', id, completion })),
      );
    },
    inspect({ id, request }) {
      ask(
        id,
        { type: 'inspection', id, inspection: null },
        load.inspect(request, parts).then((found) => ({
          type: 'inspection',
          id,
          inspection: found ?? null,
        })),
      );
    },
    giveUp() {
      for (const [id, empty] of open) if (open.delete(id)) send(empty);
    },
  };
}
