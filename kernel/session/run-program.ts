/** Runs a transformed program in the session's realm. */
import { Script } from 'node:vm';
import type { Evaluator, Outcome } from './evaluate.ts';
import type { CellImport } from './imports.ts';
import type { Scripts } from './stack-traces.ts';
import type { Program } from './transform.ts';

export interface ProgramRunner {
  /** `name` stands in stack frames. The outcome is that of the program's code. */
  run(program: Program, name: string): Promise<Outcome>;
}

export function createProgramRunner(
  evaluator: Evaluator,
  cellImport: CellImport,
  scripts: Scripts,
): ProgramRunner {
  return {
    async run(program, name) {
      const { functions, prelude, code, map } = program;
      scripts.add(name, name, map);
      if (functions !== '') {
        const script = new Script(functions, { filename: name, lineOffset: -1 });
        cellImport.functions = script.runInThisContext() as unknown[];
      }
      if (prelude !== '') {
        const preludeName = `${name}?import`;
        scripts.add(preludeName, name, map, program.importColumns);
        const outcome = placed(
          await evaluator.evaluate(prelude, { name: preludeName }),
          preludeName,
        );
        if (outcome.type === 'thrown') return outcome;
      }
      if (code.trim() === '') return { type: 'value', value: undefined };
      return placed(await evaluator.evaluate(code, { name }), name);
    },
  };

  /** An error of V8's compiler has no frame: its place in the cell is added. */
  function placed(outcome: Outcome, name: string): Outcome {
    if (outcome.type !== 'thrown' || !outcome.at) return outcome;
    const { error, at } = outcome;
    if (!(error instanceof SyntaxError) || error.stack?.includes('cell-')) return outcome;
    const { line, column } = scripts.place(name, { line: at.line + 1, column: at.column + 1 })!;
    const cell = name.replace(/\?import$/, '');
    error.stack = `SyntaxError: ${error.message}\n    at ${cell}:${line}:${column}`;
    return outcome;
  }
}
