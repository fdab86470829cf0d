/** The type errors of a cell, found without running it. */
import ts from 'typescript';
import type { Problem } from '../session/events.ts';
import type { Cells } from './cells.ts';
import type { Service } from './service.ts';

export function check(
  { code }: { code: string },
  { languageService, open }: Service,
  cells: Cells,
): Problem[] {
  const { offset, ...module } = cells.moduleOf(code);
  const file = open({ ...module, offset });
  const syntax = languageService.getSyntacticDiagnostics(file);
  // What follows a text that cannot be read follows from that.
  const found =
    syntax.length > 0 ? syntax.slice(0, 1) : languageService.getSemanticDiagnostics(file);
  return found
    .filter(({ start }) => start !== undefined && start >= offset)
    .map(({ start, messageText, code: number }) => {
      const lines = code.slice(0, start! - offset).split('\n');
      return {
        line: lines.length,
        column: lines.at(-1)!.length + 1,
        message: inCells(ts.flattenDiagnosticMessageText(messageText, '\n'), number),
        code: number,
      };
    });
}

const assignedToImport = 2632;

/** What the person declared as a constant is an import only to the compiler. */
function inCells(message: string, number: number): string {
  return number === assignedToImport
    ? message.replace(/because it is an import\.$/, 'because it is not a variable.')
    : message;
}
