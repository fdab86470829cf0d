/**
 * The kernel's handle on the session process: one process after another, as they die. What a dead
 * process left open is ended, and the next one is started at once.
 */
import { startChild } from './child.ts';
import type { Child } from './child.ts';
import { createCoalescer } from './coalesce.ts';
import { createDelivery } from './delivery.ts';
import type { Completion, Inspection, Session, SessionEvent, SessionOptions } from './events.ts';
import type { Command, Notice } from './protocol.ts';

type Done = Extract<SessionEvent, { type: 'done' }>;

/** Starts the process at once; what is asked before it is ready waits in its pipe. */
export function startSession(options: SessionOptions): Session {
  let life = startLife(options, reborn);
  let closing = false;

  function reborn(reason: string, wasReady: boolean): void {
    if (closing) return;
    options.onDeath(reason);
    // One that cannot even start is tried again when it is next needed, not in a loop.
    if (wasReady) life = startLife(options, reborn);
  }
  const alive = (): Life => (life.dead && !closing ? (life = startLife(options, reborn)) : life);

  return {
    execute: (request) => alive().execute(request.cell, { type: 'execute', request }),
    complete: async (request) =>
      (await alive().ask((id) => ({ type: 'complete', id, request }))).completion ??
      nothingAt(request.cursor),
    inspect: async (request) =>
      (await alive().ask((id) => ({ type: 'inspect', id, request }))).inspection,
    answer: (id, text) => alive().send({ type: 'answer', id, text }),
    comm: (message) => alive().send({ type: 'comm', message }),
    interrupt: () => alive().interrupt(),
    close() {
      closing = true;
      return life.close();
    },
  };
}

interface Answer {
  completion?: Completion;
  inspection?: Inspection;
}

/** One process and what was asked of it. */
interface Life extends Pick<Child, 'send' | 'close'> {
  readonly dead: boolean;
  interrupt(): Promise<void>;
  execute(cell: number, command: Command): Promise<Done>;
  /** An empty answer where the process dies. */
  ask(command: (id: number) => Command): Promise<Answer>;
}

function startLife(
  options: SessionOptions,
  onEnd: (reason: string, wasReady: boolean) => void,
): Life {
  const cells = new Map<number, (done: Done) => void>();
  const questions = new Map<number, (answer: Answer) => void>();
  const state = { ready: false, dead: false, asked: 0, latest: 0 };

  const events = createCoalescer((event) => {
    options.onEvent(event);
    if (event.type !== 'done') return;
    const resolve = cells.get(event.cell);
    cells.delete(event.cell);
    resolve?.(event);
  });
  const reply = (id: number, answer: Answer): void => {
    questions.get(id)?.(answer);
    questions.delete(id);
  };
  const check = ({ id, code }: Extract<Notice, { type: 'check' }>): void => {
    const found = options.onCheck?.(code) ?? Promise.resolve(undefined);
    void found.then((problems) => child.send({ type: 'checked', id, problems: problems ?? null }));
  };
  const delivery = createDelivery(cells, (notice: Notice) => {
    if (notice.type === 'event') events.push(notice.event);
    else if (notice.type === 'check') check(notice);
    else if (notice.type === 'completion') reply(notice.id, { completion: notice.completion });
    else if (notice.type === 'inspection')
      reply(notice.id, { inspection: notice.inspection ?? undefined });
    else state.ready = true;
  });
  const child = startChild({
    cwd: options.cwd,
    nodeArguments: options.nodeArguments ?? [],
    onNotices: (notices) => notices.forEach((notice) => delivery.notice(notice)),
    onNative: (name, text) => delivery.native(name, text),
    onEnd(reason) {
      state.dead = true;
      delivery.flush();
      for (const cell of [...cells.keys()])
        for (const last of obituary(cell, reason)) events.push(last);
      events.flush();
      for (const id of [...questions.keys()]) reply(id, {});
      onEnd(reason, state.ready);
    },
  });

  return {
    ...child,
    interrupt: () => child.interrupt(state.latest),
    get dead() {
      return state.dead;
    },
    execute: (cell, command) =>
      new Promise((resolve) => {
        cells.set(cell, resolve);
        state.latest = cell;
        child.send(command);
      }),
    ask: (command) =>
      new Promise((resolve) => {
        questions.set(++state.asked, resolve);
        child.send(command(state.asked));
      }),
  };
}

/** The last events of a cell whose process died. */
function obituary(cell: number, reason: string): SessionEvent[] {
  const message = `${reason}; its variables are lost, and the next cell starts in a fresh session`;
  return [
    { type: 'error', cell, name: 'SessionEnded', message, stack: [`SessionEnded: ${message}`] },
    { type: 'done', cell, status: 'error' },
  ];
}

function nothingAt(cursor: number): Completion {
  return { matches: [], start: cursor, end: cursor, types: [] };
}
