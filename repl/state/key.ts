/**
 * What a key means at the prompt, whatever the terminal sent for it.
 */
import type { Place } from './edit.ts';

export type Key =
  | { key: 'text'; text: string }
  | { key: 'paste'; text: string }
  | { key: 'enter' | 'newline' | 'up' | 'down' | 'escape' | 'yank' }
  | { key: 'tab'; back: boolean }
  | { key: 'move'; to: Place }
  | { key: 'cut'; to: Place }
  | { key: 'interrupt' | 'endOfInput' | 'redraw' };
