/**
 * Performs what a state asks for: runs the next cell, asks the kernel, answers its questions. The
 * kernel may still be starting; what is asked meanwhile is asked once it is there.
 */
import type { Kernel } from './kernel/kernel.ts';
import type { State, Wants } from './state/state.ts';
import type { Store } from './store.ts';

type Perform = { [W in keyof Wants]-?: (wanted: NonNullable<Wants[W]>) => Promise<void> | void };

/** Starts performing. `leave` is called once, when the person leaves. */
export function drive(store: Store, starting: Promise<Kernel>, leave: () => void): void {
  const answers = new Map<number, (text: string) => void>();
  let kernel: Kernel | undefined;
  const perform = performer(store, starting, answers, leave);
  const names = Object.keys(perform) as (keyof Wants)[];

  store.onChange((state, previous) => {
    for (const name of names) {
      const wanted = state.wants[name];
      if (wanted && wanted !== previous.wants[name]) settle(store, act(perform, name, wanted));
    }
    if (kernel) runNext(store, kernel, answers, state);
  });
  // That it did not start is for the caller to tell: there is nothing to drive then.
  starting.then(
    (started) => {
      kernel = started;
      listen(store, started);
      store.dispatch({ type: 'kernel', status: 'ready' });
      settle(
        store,
        started.count.then((count) => store.dispatch({ type: 'counted', count })),
      );
      const remembered = started.history();
      settle(
        store,
        remembered.then((entries) => store.dispatch({ type: 'remembered', entries })),
      );
      runNext(store, started, answers, store.get());
    },
    () => undefined,
  );
}

function performer(
  store: Store,
  starting: Promise<Kernel>,
  answers: Map<number, (text: string) => void>,
  leave: () => void,
): Perform {
  return {
    async check(asked) {
      const verdict = await (await starting).isComplete(asked.text);
      // A Ctrl-C meanwhile has withdrawn the question.
      if (store.get().wants.check === asked) store.dispatch({ type: 'checked', ...verdict });
    },
    async complete({ edit }) {
      const matches = await (await starting).complete(edit.text, edit.cursor);
      store.dispatch({ type: 'completed', asked: edit, matches });
    },
    async inspect({ edit }) {
      const text = await (await starting).inspect(edit.text, edit.cursor);
      store.dispatch({ type: 'inspected', asked: edit, text });
    },
    async interrupt() {
      await (await starting).interrupt();
    },
    answer({ question, text }) {
      answers.get(question)?.(text);
      answers.delete(question);
    },
    leave,
  };
}

function act(perform: Perform, name: keyof Wants, wanted: unknown): Promise<void> {
  const action = perform[name] as (wanted: unknown) => Promise<void> | void;
  return Promise.resolve(action(wanted));
}

/** Asks the kernel for the first cell that waits, unless one is running. */
function runNext(
  store: Store,
  kernel: Kernel,
  answers: Map<number, (text: string) => void>,
  state: State,
): void {
  const [cell] = state.cells;
  if (cell?.status !== 'waiting') return;
  const { key, code } = cell;
  store.dispatch({ type: 'run', cell: key });
  const running = kernel.run(code, {
    output: (output) => store.dispatch({ type: 'output', cell: key, output }),
    ask: (question) =>
      new Promise((resolve) => {
        store.dispatch({ type: 'ask', ...question });
        answers.set(store.get().question!.id, resolve);
      }),
  });
  const ended = running.then((status) => store.dispatch({ type: 'ended', cell: key, status }));
  settle(
    store,
    ended.catch((error: unknown) => {
      store.dispatch({ type: 'ended', cell: key, status: 'error' });
      throw error;
    }),
  );
}

function listen(store: Store, kernel: Kernel): void {
  kernel.onOutside((origin, output) => store.dispatch({ type: 'outside', origin, output }));
  kernel.onNews(({ text, gone }) => {
    if (gone) store.dispatch({ type: 'kernel', status: 'gone' });
    store.dispatch({ type: 'note', text });
  });
}

/** A kernel that cannot be asked is told to the person, never lost. */
function settle(store: Store, work: Promise<void>): void {
  work.catch((error: unknown) => {
    store.dispatch({ type: 'note', text: error instanceof Error ? error.message : String(error) });
  });
}
