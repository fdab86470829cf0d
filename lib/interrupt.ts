/**
 * How a call in a cell learns that the person interrupts it, without knowing notebooks: whoever runs code
 * that can be interrupted says here by which signal.
 */
const key = Symbol.for('rewardlab.interrupt');

/** The signal of the code that runs now; undefined in a script. */
export function interruptSignal(): AbortSignal | undefined {
  const found: unknown = Reflect.get(globalThis, key);
  return found instanceof AbortSignal ? found : undefined;
}

/** From now on, code that runs is interrupted by this signal. */
export function interruptedBy(signal: AbortSignal): void {
  Object.defineProperty(globalThis, key, { value: signal, configurable: true, writable: true });
}
