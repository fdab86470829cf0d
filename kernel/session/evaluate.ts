/**
 * Runs JavaScript in V8's REPL mode through the main thread's own inspector: real bindings that a
 * later cell may declare again, top-level await, completion values. Knows nothing of cells' text.
 */
import type { Runtime } from 'node:inspector';
import { Session } from 'node:inspector';
import { promiseHooks } from 'node:v8';
import { constantName } from './constants.ts';

export type Outcome =
  | { type: 'value'; value: unknown }
  /** `at` is where the compiler stopped, from 0, for errors that have no frame of their own. */
  | { type: 'thrown'; error: unknown; at?: { line: number; column: number } };

export interface EvaluateOptions {
  /** Name of the script in stack frames. */
  name?: string;
  /** Refuse anything that could change state: for previews and completion. */
  pure?: boolean;
}

export interface Evaluator {
  /** Never settles for code that an interrupt ended: whoever interrupts ends what waits for it. */
  evaluate(code: string, options?: EvaluateOptions): Promise<Outcome>;
  /** Names of top-level `let`, `const` and `class`. */
  lexicalNames(): Promise<string[]>;
}

/** Node's type lacks what V8 has. */
type EvaluateParameters = Runtime.EvaluateParameterType & {
  replMode: boolean;
  throwOnSideEffect: boolean;
  timeout?: number;
};

/** Where the inspector hands a value over to this module. */
const receiver = Symbol.for('rewardlab.session.receive');

export function createEvaluator(): Evaluator {
  const inspector = new Session();
  inspector.connect();
  inspector.post('Runtime.evaluate', { expression: `const ${constantName} = 0` });
  const take = createReceiver(inspector);

  return {
    evaluate: (code, { name, pure = false } = {}) =>
      new Promise((resolve) => {
        const parameters: EvaluateParameters = {
          expression: name === undefined ? code : `${code}\n//# sourceURL=${name}`,
          objectGroup: 'cell',
          replMode: !pure,
          awaitPromise: !pure,
          throwOnSideEffect: pure,
          ...(pure ? { timeout: 500 } : {}),
        };
        holdingItsPromise((release) => {
          inspector.post('Runtime.evaluate', parameters, (error, reply) => {
            release();
            if (!error) resolve(outcome(reply, take));
            inspector.post('Runtime.releaseObjectGroup', { objectGroup: 'cell' });
          });
        });
      }),

    lexicalNames: () =>
      new Promise((resolve) => {
        inspector.post(
          'Runtime.globalLexicalScopeNames',
          { executionContextId: 1 },
          (error, reply) => resolve(error ? [] : [...new Set(reply.names)]),
        );
      }),
  };
}

/** The promises of cells that have not ended, and of those that never will. */
const held = new Set<Promise<unknown>>();

/**
 * Keeps the promise of the evaluation alive, which nothing else may do. Were it collected, the
 * inspector would call back during garbage collection, and that ends the process.
 */
function holdingItsPromise(start: (release: () => void) => void): void {
  let mine: Promise<unknown> | undefined;
  let over = false;
  const stop = promiseHooks.onInit((promise) => {
    mine ??= promise;
    if (!over) held.add(mine);
    stop();
  }) as () => void;
  start(() => {
    over = true;
    if (mine) held.delete(mine);
  });
  stop();
}

function outcome(
  reply: Runtime.EvaluateReturnType,
  take: (object: Runtime.RemoteObject) => unknown,
): Outcome {
  const details = reply.exceptionDetails;
  if (!details) return { type: 'value', value: take(reply.result) };
  const error = take(details.exception ?? reply.result);
  if (details.stackTrace) return { type: 'thrown', error };
  return { type: 'thrown', error, at: { line: details.lineNumber, column: details.columnNumber } };
}

/** Turns the inspector's description of a value into the value itself: they share a realm. */
function createReceiver(inspector: Session): (object: Runtime.RemoteObject) => unknown {
  let received: unknown;
  Object.defineProperty(globalThis, receiver, {
    value: (value: unknown) => {
      received = value;
    },
  });
  const functionDeclaration = `function () {
    'use strict';
    globalThis[Symbol.for('${receiver.description ?? ''}')](this);
  }`;
  return (object) => {
    if (object.objectId === undefined) return primitive(object);
    inspector.post('Runtime.callFunctionOn', { objectId: object.objectId, functionDeclaration });
    const value = received;
    received = undefined;
    return value;
  };
}

function primitive(object: Runtime.RemoteObject): unknown {
  const text = object.unserializableValue;
  if (text === undefined) return object.value as unknown;
  return text.endsWith('n') ? BigInt(text.slice(0, -1)) : Number(text); // NaN, Infinity, -0
}
