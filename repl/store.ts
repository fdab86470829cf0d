/**
 * Holds the state, applies actions, tells who listens. Keys are told at once; a kernel's output is
 * told at most once a frame, however many messages it takes.
 */
import { reduce, type Action } from './state/reducer.ts';
import type { State } from './state/state.ts';

export interface Store {
  readonly get: () => State;
  readonly dispatch: (action: Action) => void;
  /** Called when there is something new to draw. Returns how to stop. */
  readonly subscribe: (listener: () => void) => () => void;
  /** Called after every action, before anything is drawn. */
  readonly onChange: (listener: (state: State, previous: State) => void) => void;
}

const frameMs = 16;

export function createStore(initial: State): Store {
  let state = initial;
  let timer: NodeJS.Timeout | undefined;
  const viewers = new Set<() => void>();
  const followers: ((state: State, previous: State) => void)[] = [];
  const draw = (): void => {
    clearTimeout(timer);
    timer = undefined;
    for (const viewer of viewers) viewer();
  };
  return {
    get: () => state,
    dispatch(action) {
      const previous = state;
      state = reduce(state, action);
      if (state === previous) return;
      for (const follower of followers) follower(state, previous);
      if (action.type === 'output' || action.type === 'outside')
        timer ??= setTimeout(draw, frameMs);
      else draw();
    },
    subscribe(listener) {
      viewers.add(listener);
      return () => viewers.delete(listener);
    },
    onChange: (listener) => void followers.push(listener),
  };
}
