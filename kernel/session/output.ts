/** What a cell writes and what its values look like: streams, and MIME bundles of values. */
import { Console } from 'node:console';
import { inspect } from 'node:util';
import type { MimeBundle } from './events.ts';
import type { Voice } from './voice.ts';

/** A value with a method of this name says itself how it looks. */
export const jupyterDisplay = Symbol.for('Jupyter.display');

/** Makes the standard streams and the console speak for the cell that writes. */
export function captureStreams(voice: Voice): void {
  for (const name of ['stdout', 'stderr'] as const) {
    const stream = process[name];
    stream.write = (
      chunk: string | Uint8Array,
      encoding?: BufferEncoding | ((error?: Error | null) => void),
      callback?: (error?: Error | null) => void,
    ): boolean => {
      const text = asText(chunk, typeof encoding === 'string' ? encoding : 'utf8');
      for (const piece of pieces(text)) voice.emit({ type: 'stream', name, text: piece });
      const written = typeof encoding === 'function' ? encoding : callback;
      if (written) process.nextTick(written);
      return true;
    };
  }
  // Node's own console also tells the inspector, which keeps a thousand messages and their values.
  const console = new Console({ stdout: process.stdout, stderr: process.stderr, colorMode: false });
  Object.defineProperty(globalThis, 'console', {
    value: console,
    writable: true,
    configurable: true,
  });
}

/** UTF-16 code units of one event: what a large print is cut into is under way at once in every process. */
const largestPiece = 2 ** 18;

function* pieces(text: string): Generator<string> {
  for (let start = 0, end; start < text.length; start = end) {
    end = Math.min(start + largestPiece, text.length);
    // Not between the halves of one character.
    if (end < text.length && /[\ud800-\udbff]/.test(text[end - 1]!)) end--;
    yield text.slice(start, end);
  }
}

function asText(chunk: string | Uint8Array, encoding: BufferEncoding): string {
  if (typeof chunk !== 'string') return Buffer.from(chunk).toString('utf8');
  return encoding === 'utf8' || encoding === 'utf-8'
    ? chunk
    : Buffer.from(chunk, encoding).toString();
}

/** How a value looks; a promise only where the value itself takes its time. */
export function bundleOf(value: unknown): MimeBundle | Promise<MimeBundle> {
  const show = displayMethod(value);
  if (!show) return { 'text/plain': inspectValue(value) };
  const bundle = show();
  return bundle instanceof Promise
    ? bundle.then((late: unknown) => completed(late, value))
    : completed(bundle, value);
}

export function inspectValue(value: unknown, depth = 4): string {
  return inspect(value, { depth, maxArrayLength: 100, maxStringLength: 10_000, colors: false });
}

function displayMethod(value: unknown): (() => unknown) | undefined {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null)
    return undefined;
  const method: unknown = Reflect.get(value, jupyterDisplay);
  return typeof method === 'function'
    ? () => Reflect.apply(method, value, []) as unknown
    : undefined;
}

/** What a display method gave, as a bundle that the wire can carry. */
function completed(bundle: unknown, value: unknown): MimeBundle {
  if (typeof bundle !== 'object' || bundle === null || Object.keys(bundle).length === 0)
    return { 'text/plain': inspectValue(value) };
  JSON.stringify(bundle); // what the wire cannot carry fails here, where the cell can say so
  return bundle as MimeBundle;
}
