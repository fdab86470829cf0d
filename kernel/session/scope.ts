/** The values that cells declared, for magics that take them by name. */
import type { Scope } from '../../lib/code/live.ts';
import type { Evaluator } from './evaluate.ts';
import { isName } from './syntax.ts';

/** What the global object has now is the session's own; what it gets later is the cells'. */
export function createScope(evaluator: Evaluator): Scope {
  const before = new Set(Object.getOwnPropertyNames(globalThis));
  return {
    async names() {
      const added = Object.getOwnPropertyNames(globalThis).filter((name) => !before.has(name));
      const names = new Set([...(await evaluator.lexicalNames()), ...added]);
      return [...names].filter((name) => !name.startsWith('__') && isName(name)).sort();
    },
    async value(name) {
      if (!isName(name)) return undefined;
      const outcome = await evaluator.evaluate(name, { pure: true });
      return outcome.type === 'value' ? outcome.value : undefined;
    },
  };
}
