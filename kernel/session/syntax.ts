/** The parser's verdict on a piece of TypeScript. Pure; loads oxc-parser alone. */
import { parseSync } from 'oxc-parser';
import type { ParseResult, ParserOptions } from 'oxc-parser';

export interface SyntaxProblem {
  message: string;
  /** UTF-16 offsets. */
  start: number;
  end: number;
}

/** Which grammar a text follows: `<T>x` is a cast in one and JSX in the other. */
export type Grammar = 'ts' | 'tsx';

export function parseCode(
  code: string,
  lang: Grammar | 'js' = 'ts',
  more: Pick<ParserOptions, 'showSemanticErrors'> = {},
): ParseResult {
  return parseSync('cell.ts', code, { lang, sourceType: 'module', ...more });
}

/** The grammar that accepts a text, or the first error of the plain one. */
export function grammarOf(code: string): Grammar | SyntaxProblem {
  const problem = problemIn(code, 'ts');
  if (!problem) return 'ts';
  return code.includes('<') && !problemIn(code, 'tsx') ? 'tsx' : problem;
}

export function firstSyntaxError(code: string): SyntaxProblem | undefined {
  const grammar = grammarOf(code);
  return typeof grammar === 'string' ? undefined : grammar;
}

/** Can the text be written as a name? */
export function isName(text: string): boolean {
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(text);
}

/** Is the text one object literal, which a script would read as a block? */
export function isObjectLiteral(code: string): boolean {
  if (!code.trimStart().startsWith('{')) return false;
  const { errors, program } = parseCode(`(${code}\n)`);
  const [statement, ...others] = program.body;
  return (
    errors.length === 0 &&
    others.length === 0 &&
    statement?.type === 'ExpressionStatement' &&
    statement.expression.type === 'ParenthesizedExpression' &&
    statement.expression.expression.type === 'ObjectExpression'
  );
}

function problemIn(code: string, lang: Grammar): SyntaxProblem | undefined {
  const [error] = parseCode(code, lang).errors;
  if (!error) return undefined;
  const [label] = error.labels;
  const start = label?.start ?? 0;
  return { message: error.message, start, end: label?.end ?? start };
}
