/** Runs a transformed program in the session's realm, with its source map in place. */
import { SourceMap } from 'node:module';
import { Script } from 'node:vm';
import type { Evaluator, Outcome } from './evaluate.ts';
import type { CellImport } from './imports.ts';
import type { Program } from './transform.ts';

export interface ProgramRunner {
  /** `name` stands in stack frames. The outcome is that of the program's code. */
  run(program: Program, name: string): Promise<Outcome>;
}

export function createProgramRunner(evaluator: Evaluator, cellImport: CellImport): ProgramRunner {
  return {
    async run(program, name) {
      registerMap(program, name);
      const { functions, prelude, code } = program;
      if (functions !== '') {
        const script = new Script(functions, { filename: name, lineOffset: -1 });
        cellImport.functions = script.runInThisContext() as unknown[];
      }
      let outcome: Outcome = { type: 'value', value: undefined };
      for (const text of [prelude, code]) {
        if (text.trim() === '') continue;
        outcome = placed(await evaluator.evaluate(text, { name }), program, name);
        if (outcome.type !== 'value') return outcome;
      }
      return code.trim() === '' ? { type: 'value', value: undefined } : outcome;
    },
  };
}

/**
 * Node applies source maps to stacks of its own accord, for scripts that it has seen; it has not
 * seen what the inspector runs, so an empty script of the same name brings the map.
 */
function registerMap({ map }: Program, name: string): void {
  if (!map) return;
  const json = JSON.stringify({ ...map, sourcesContent: undefined });
  const url = `data:application/json;base64,${Buffer.from(json).toString('base64')}`;
  (0, eval)(`\n//# sourceURL=${name}\n//# sourceMappingURL=${url}`);
}

/** An error of V8's compiler has no frame: its place in the cell is added. */
function placed(outcome: Outcome, { map }: Program, name: string): Outcome {
  if (outcome.type !== 'thrown' || !outcome.at) return outcome;
  const { error, at } = outcome;
  if (!(error instanceof SyntaxError) || error.stack?.includes(`${name}:`)) return outcome;
  const origin = map && new SourceMap(map as never).findEntry(at.line, at.column);
  const known = origin && 'originalLine' in origin ? origin : undefined;
  const line = (known?.originalLine ?? at.line) + 1;
  const column = (known?.originalColumn ?? at.column) + 1;
  error.stack = `SyntaxError: ${error.message}\n    at ${name}:${line}:${column}`;
  return outcome;
}
