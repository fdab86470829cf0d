/** Finds the expression that a text ends with, as completion and inspection need it. Pure. */
import type * as ast from 'oxc-parser';
import { parseCode } from './syntax.ts';

/** How far back to look, in characters. */
const reach = 300;

/**
 * The longest end of the text that is one name, literal, member access or call: `b.c` of
 * `foo(a, b.c`. Asks the parser for each place where one could begin.
 */
export function expressionBefore(text: string): string | undefined {
  const end = text.trimEnd();
  let found: string | undefined;
  for (let start = end.length - 1; start >= Math.max(0, end.length - reach); start--) {
    if (!couldBegin(end, start)) continue;
    const candidate = end.slice(start);
    if (isPostfixExpression(candidate)) found = candidate;
  }
  return found;
}

/** A name or literal that is not the rest of a longer name. */
function couldBegin(text: string, start: number): boolean {
  if (!/[\p{ID_Start}$_"'`[({\d]/u.test(text[start]!)) return false;
  return !(
    /[\p{ID_Continue}$]/u.test(text[start]!) && /[\p{ID_Continue}$]/u.test(text[start - 1] ?? '')
  );
}

function isPostfixExpression(text: string): boolean {
  const { errors, program } = parseCode(text.startsWith('{') ? `(${text})` : text);
  const [statement, ...others] = program.body;
  return (
    errors.length === 0 &&
    others.length === 0 &&
    statement?.type === 'ExpressionStatement' &&
    postfix.has(statement.expression.type)
  );
}

const postfix = new Set<ast.Expression['type']>([
  'Identifier',
  'ThisExpression',
  'MemberExpression',
  'ChainExpression',
  'CallExpression',
  'NewExpression',
  'Literal',
  'TemplateLiteral',
  'ArrayExpression',
  'ParenthesizedExpression',
  'TSNonNullExpression',
]);
