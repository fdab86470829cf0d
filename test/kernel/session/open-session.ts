/** A real session in a folder of its own, with everything it showed kept for the test. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ExecuteRequest, Session, SessionEvent } from '../../../kernel/session/events.ts';
import { startSession } from '../../../kernel/session/process.ts';

export interface TestSession {
  session: Session;
  cwd: string;
  events: SessionEvent[];
  deaths: string[];
  /** Runs a cell to its end; its events so far, `done` last. */
  run(code: string, more?: Partial<ExecuteRequest>): Promise<SessionEvent[]>;
  /** Starts a cell; `done` resolves with its events. */
  start(code: string): { cell: number; done: Promise<SessionEvent[]> };
  /** Resolves with the first event, past or to come, that fits. */
  saw(fits: (event: SessionEvent) => boolean): Promise<SessionEvent>;
  close(): Promise<void>;
}

export function openSession(
  files: Record<string, string> = {},
  nodeArguments: string[] = [],
): TestSession {
  const cwd = realpathSync(mkdtempSync(join(tmpdir(), 'rewardlab-session-')));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(cwd, name)), { recursive: true });
    writeFileSync(join(cwd, name), text);
  }
  const events: SessionEvent[] = [];
  const deaths: string[] = [];
  let watchers: ((event: SessionEvent) => void)[] = [];
  const session = startSession({
    cwd,
    nodeArguments,
    onEvent(event) {
      events.push(event);
      for (const watch of watchers) watch(event);
    },
    onDeath: (reason) => deaths.push(reason),
  });
  let cells = 0;

  const execute = (code: string, more: Partial<ExecuteRequest> = {}) => {
    const cell = ++cells;
    const request = { cell, code, count: cell, silent: false, expressions: {}, ...more };
    const done = session.execute(request).then(() => events.filter((event) => event.cell === cell));
    return { cell, done };
  };

  return {
    session,
    cwd,
    events,
    deaths,
    run: (code, more) => execute(code, more).done,
    start: (code) => execute(code),
    saw: (fits) =>
      new Promise((resolve) => {
        const past = events.find(fits);
        if (past) {
          resolve(past);
          return;
        }
        const watch = (event: SessionEvent): void => {
          if (!fits(event)) return;
          watchers = watchers.filter((other) => other !== watch);
          resolve(event);
        };
        watchers.push(watch);
      }),
    async close() {
      await session.close();
      rmSync(cwd, { recursive: true, force: true });
    },
  };
}

/** Adjacent pieces of one stream as one, so that a test does not see where they were cut. */
export function joined(events: readonly SessionEvent[]): SessionEvent[] {
  const result: SessionEvent[] = [];
  for (const event of events) {
    const last = result.at(-1);
    if (last?.type === 'stream' && event.type === 'stream' && last.name === event.name)
      last.text += event.text;
    else result.push({ ...event });
  }
  return result;
}

/** All text of a stream among the events. */
export function textOf(events: readonly SessionEvent[], name: 'stdout' | 'stderr'): string {
  return events
    .flatMap((event) => (event.type === 'stream' && event.name === name ? [event.text] : []))
    .join('');
}
