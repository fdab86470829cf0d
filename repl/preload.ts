/**
 * Loads what ink needs piece by piece. In one piece it would hold the event loop for a third of a
 * second, and a key pressed then would not show until the end of it.
 */
import { existsSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { setImmediate } from 'node:timers/promises';

/** Packages of ink's own, smallest first; each takes 5 to 80 ms on a quiet machine. */
const pieces = ['react', 'cli-truncate', 'chalk', 'react-reconciler', 'wrap-ansi', 'yoga-layout'];

/** Resolves when all is loaded; a piece that ink has where we cannot see it loads with ink. */
export async function preload(): Promise<void> {
  for (const piece of pieces) {
    await setImmediate();
    await import(piece).catch(() => undefined);
  }
  await setImmediate();
  const hooks = shortenInk();
  await import('ink').finally(() => hooks.deregister());
  await setImmediate();
}

/**
 * Ink takes one function from `es-toolkit/compat`, which loads 700 files for it: half of all the time
 * that the terminal takes to load. Gives ink the one file, where it lies where it is expected.
 */
function shortenInk(): { deregister(): void } {
  return registerHooks({
    resolve(specifier, context, next) {
      const found = next(specifier, context);
      if (specifier !== 'es-toolkit/compat') return found;
      const one = new URL('./function/throttle.mjs', found.url);
      return existsSync(one) ? { ...found, url: one.href } : found;
    },
  });
}
