/** Whether a text may run or wants another line: asks the parser. Pure; loads oxc-parser alone. */
import { codeOnly } from './cell.ts';
import { firstSyntaxError, isObjectLiteral } from './syntax.ts';
import type { SyntaxProblem } from './syntax.ts';

export interface Completeness {
  status: 'complete' | 'incomplete' | 'invalid' | 'unknown';
  /** Blanks to begin the next line with. */
  indent?: string;
}

export function isComplete(code: string): Completeness {
  if (/^\s*%%/.test(code))
    return /\n[ \t]*\n?$/.test(code) ? complete : { status: 'incomplete', indent: '' };
  const text = codeOnly(code, []);
  const problem = firstSyntaxError(text);
  if (!problem || isObjectLiteral(text)) return complete;
  return isUnfinished(problem, text)
    ? { status: 'incomplete', indent: nextIndent(code) }
    : { status: 'invalid' };
}

const complete: Completeness = { status: 'complete' };

/** The parser wanted more than there was, rather than something else. */
function isUnfinished({ message, start }: SyntaxProblem, text: string): boolean {
  if (start >= text.trimEnd().length) return true;
  if (message === 'Unterminated multiline comment') return true;
  return message === 'Unterminated string' && (text[start] === '`' || text[start] === '}');
}

function nextIndent(code: string): string {
  const last = code.trimEnd().split('\n').at(-1) ?? '';
  const [indent = ''] = /^[ \t]*/.exec(last) ?? [];
  return /[{[(]$/.test(last) ? `${indent}  ` : indent;
}
