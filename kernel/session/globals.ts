/**
 * The names that every cell has. Those of the library load it on first use, never at start; all of
 * them may be declared again by a cell.
 */
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { ownModule } from '../../lib/own-process.ts';
import type { Bridge } from './bridge.ts';
import { libraryNames } from './global-names.ts';

export function installGlobals({ display, input, magic }: Bridge): void {
  const require = createRequire(import.meta.url);
  const library = (): Record<string, unknown> =>
    require(fileURLToPath(ownModule('lib/index'))) as Record<string, unknown>;

  for (const [name, value] of Object.entries({ display, input, magic })) define(name, () => value);
  for (const name of libraryNames) define(name, () => library()[name]);
  define('Worker', () => (require('node:worker_threads') as { Worker: unknown }).Worker);
  define('babelHelpers', () => decoratorHelpers, false);
}

/** Computed when first read; assigning or declaring the name replaces it. */
function define(name: string, read: () => unknown, enumerable = true): void {
  const fix = (value: unknown): unknown => {
    Object.defineProperty(globalThis, name, {
      value,
      writable: true,
      configurable: true,
      enumerable,
    });
    return value;
  };
  Object.defineProperty(globalThis, name, {
    get: () => fix(read()),
    set: fix,
    configurable: true,
    enumerable,
  });
}

type Decorator = (target: unknown, key?: string, descriptor?: unknown) => unknown;

/** What oxc-transform's output calls for TypeScript's decorators (tsc's `__decorate` and friends). */
const decoratorHelpers = {
  decorate(decorators: Decorator[], target: object, key?: string, given?: unknown): unknown {
    const isMember = key !== undefined;
    let result =
      isMember && given === null
        ? Object.getOwnPropertyDescriptor(target, key)
        : isMember
          ? given
          : target;
    for (const decorator of decorators.toReversed())
      result = (isMember ? decorator(target, key, result) : decorator(result)) ?? result;
    if (isMember && result) Object.defineProperty(target, key, result);
    return result;
  },
  decorateParam:
    (index: number, decorator: (target: unknown, key: unknown, index: number) => unknown) =>
    (target: unknown, key: unknown) =>
      void decorator(target, key, index),
  decorateMetadata(key: unknown, value: unknown): unknown {
    const metadata: unknown = Reflect.get(Reflect, 'metadata');
    return typeof metadata === 'function'
      ? Reflect.apply(metadata, Reflect, [key, value])
      : () => undefined;
  },
};
