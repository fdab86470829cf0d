/** The engines that ship, in the order of help. */
import type { Engine } from './engine.ts';

export const engines: readonly Engine[] = [];
