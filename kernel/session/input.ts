/** `await input(prompt)` in a cell: asks the person and waits for the line. */
import type { Voice } from './voice.ts';

export type Input = (prompt?: string, options?: { password?: boolean }) => Promise<string>;

export interface Inputs {
  input: Input;
  answer(id: string, text: string): void;
}

export function createInputs(voice: Voice): Inputs {
  const waiting = new Map<string, (text: string) => void>();
  return {
    input: (prompt = '', { password = false } = {}) =>
      new Promise((resolve) => {
        const id = crypto.randomUUID();
        waiting.set(id, resolve);
        voice.emit({ type: 'input', id, prompt, password });
      }),
    answer(id, text) {
      waiting.get(id)?.(text);
      waiting.delete(id);
    },
  };
}
