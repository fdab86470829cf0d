/** `await input(prompt)` in a cell: asks the person and waits for the line. */
import { UserError } from '../../lib/errors.ts';
import type { Voice } from './voice.ts';

export type Input = (prompt?: string, options?: { password?: boolean }) => Promise<string>;

export interface Inputs {
  input: Input;
  /** Null: nobody can be asked, and the cell is told so. */
  answer(id: string, text: string | null): void;
}

export function createInputs(voice: Voice): Inputs {
  const waiting = new Map<string, PromiseWithResolvers<string>>();
  return {
    input: (prompt = '', { password = false } = {}) => {
      const id = crypto.randomUUID();
      const asked = Promise.withResolvers<string>();
      waiting.set(id, asked);
      voice.emit({ type: 'input', id, prompt, password });
      return asked.promise;
    },
    answer(id, text) {
      const asked = waiting.get(id);
      waiting.delete(id);
      if (text === null) asked?.reject(unanswerable());
      else asked?.resolve(text);
    },
  };
}

function unanswerable(): UserError {
  return new UserError(
    'input() has nobody to ask: this run was started without a way to answer',
    'set the value in the cell, or run it in JupyterLab or the rewardlab terminal',
  );
}
