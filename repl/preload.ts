/**
 * Loads what ink needs piece by piece. In one piece it would hold the event loop for a third of a
 * second, and a key pressed then would not show until the end of it.
 */
import { setImmediate } from 'node:timers/promises';

/** Packages of ink's own, with what each took to load (ms, one measurement); smallest first. */
const pieces = [
  'react', // 6
  'signal-exit', // 2
  'cli-truncate', // 5
  'chalk', // 14
  'react-reconciler', // 24
  'es-toolkit/compat', // 40
  'wrap-ansi', // 58
  'yoga-layout', // 76
];

/** Resolves when all is loaded; a piece that ink has where we cannot see it loads with ink. */
export async function preload(): Promise<void> {
  for (const piece of pieces) {
    await setImmediate();
    await import(piece).catch(() => undefined);
  }
  await setImmediate();
}
