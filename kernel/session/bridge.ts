/**
 * How modules that a cell imports reach the session that runs the cell: one hidden global, so that
 * importing them changes nothing and two copies of the package meet the same session.
 */
import type { Comms } from './comm.ts';
import type { Display } from './display.ts';
import type { Input } from './input.ts';
import type { MagicDefinition } from './magics.ts';

export interface Bridge {
  display: Display;
  input: Input;
  comm: Pick<Comms, 'open' | 'registerTarget'>;
  magic: MagicFunction;
}

export interface MagicFunction {
  /** Adds a magic to this session. */
  (definition: MagicDefinition): void;
  /** Runs a magic and returns its value: `const run = await magic('train', 'sft --model …')`. */
  (name: string, line?: string, body?: string): Promise<unknown>;
}

const key = Symbol.for('rewardlab.session');

export function installBridge(bridge: Bridge): void {
  Object.defineProperty(globalThis, key, { value: bridge });
}

/** The session's side of the calls; refuses outside a session. */
export function bridge(): Bridge {
  const found = Reflect.get(globalThis, key) as Bridge | undefined;
  if (found) return found;
  throw new Error('display, input, comm and magic work in a rewardlab session only');
}
