/** Which request a cell came from, kept for as long as its late output may come. */
import type { SessionEvent } from '../session/events.ts';
import type { Header } from './wire.ts';

export interface Place {
  header: Header;
  identities: Uint8Array[];
  count: number;
  /** Its line in the history, where it has one. */
  line?: number;
  /** Its client answers input requests. */
  stdin: boolean;
}

export interface Parents {
  /** Gives a request its cell number. */
  add(place: Place): number;
  of(cell: number): Place | undefined;
  latest(): Place | undefined;
  /** The last error event of a cell, for its reply. */
  error(cell: number): Extract<SessionEvent, { type: 'error' }> | undefined;
  fail(event: Extract<SessionEvent, { type: 'error' }>): void;
  awaitInput(cell: number, id: string): void;
  /** Nobody waits any more for the inputs of this cell, or of any. */
  dropInputs(cell?: number): void;
  /** The input that a client's line answers, by who was asked. */
  takeInput(identities: readonly Uint8Array[]): string | undefined;
}

/** Late output of older cells than these is given to the oldest that is remembered. */
const remembered = 10_000;

export function createParents(): Parents {
  const places = new Map<number, Place>();
  const errors = new Map<number, Extract<SessionEvent, { type: 'error' }>>();
  let inputs: { cell: number; id: string }[] = [];
  let last = 0;
  const of = (cell: number): Place | undefined => places.get(cell) ?? places.values().next().value;
  return {
    add(place) {
      places.set(++last, place);
      places.delete(last - remembered);
      errors.delete(last - remembered);
      return last;
    },
    of,
    latest: () => places.get(last),
    error: (cell) => errors.get(cell),
    fail: (event) => void errors.set(event.cell, event),
    awaitInput: (cell, id) => void inputs.push({ cell, id }),
    dropInputs: (cell) =>
      void (inputs = inputs.filter((input) => cell !== undefined && input.cell !== cell)),
    takeInput(identities) {
      const same = (a: Uint8Array, b: Uint8Array | undefined): boolean =>
        b !== undefined && Buffer.compare(a, b) === 0;
      const at = inputs.findIndex(({ cell }) =>
        of(cell)?.identities.every((part, i) => same(part, identities[i])),
      );
      return at < 0 ? undefined : inputs.splice(at, 1)[0]!.id;
    },
  };
}
