/** Columns of a view, offered inside the quotes of its calls: `pairs.filter("rejec`. */
import type { Evaluator } from './evaluate.ts';
import { expressionBefore } from './expression-before.ts';
import type { Member } from './members.ts';
import { firstSyntaxError } from './syntax.ts';

/** Where the string begins that a text ends in; undefined where it ends in code. */
export function openString(text: string): number | undefined {
  const problem = firstSyntaxError(text);
  return problem?.message === 'Unterminated string' ? problem.start : undefined;
}

/** `text` ends where the string begins. Nothing, unless it is an argument of a call on a view. */
export async function columnsFor(text: string, evaluator: Evaluator): Promise<Member[]> {
  const object = /^(.*)\??\.\s*(filter|select|sort)\s*\([^()]*$/s.exec(text)?.[1];
  const expression = object === undefined ? undefined : expressionBefore(object);
  if (expression === undefined) return [];
  const outcome = await evaluator.evaluate(`(${expression}\n)`, { pure: true });
  if (outcome.type !== 'value' || !isView(outcome.value)) return [];
  const columns = await outcome.value.columns;
  return columns.map(({ name }) => ({ text: name, type: 'property' }));
}

interface View {
  columns: Promise<readonly { name: string }[]>;
}

function isView(value: unknown): value is View {
  return typeof value === 'object' && value !== null && 'paths' in value && 'columns' in value;
}
