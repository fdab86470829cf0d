/** `%%check`: the type errors of a cell, found without running it. */
import { UserError } from '../../lib/errors.ts';
import type { Problem } from '../session/events.ts';
import type { Magic } from './magic.ts';

export const checkMagic: Magic = {
  name: 'check',
  summary: 'reports the type errors of a cell without running it',
  takesBody: true,
  help: () =>
    '%%check\nCODE\n  reports the type errors of the code below, which may use what earlier cells declared;\n  nothing of it runs\n',
  async run(call) {
    if (!call.body?.trim())
      throw new UserError('%%check has nothing to check', 'put %%check above the code of a cell');
    const { body, signal } = call;
    const stopped = new Promise<never>((_, reject) =>
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }),
    );
    const problems = await Promise.race([call.check(body), stopped]);
    call.write(
      problems ? report(problems, body) : 'the types could not be checked: TypeScript ended\n',
    );
  },
};

function report(problems: readonly Problem[], code: string): string {
  if (problems.length === 0) return 'no type errors\n';
  const lines = code.split('\n');
  const width = String(Math.max(...problems.map(({ line }) => line + 1))).length;
  const told = problems.map(({ line, column, message, code: number }) => {
    const shown = String(line + 1).padStart(width); // the cell's first line is %%check
    return [
      `line ${line + 1}, column ${column}: ${message} (TS${number})`,
      `  ${shown} | ${lines[line - 1] ?? ''}`,
      `  ${' '.repeat(width)} | ${' '.repeat(column - 1)}^`,
    ].join('\n');
  });
  const count = problems.length === 1 ? '1 type error' : `${problems.length} type errors`;
  return `${told.join('\n')}\n${count}\n`;
}
