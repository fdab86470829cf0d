/** What the live session knows of the thing under the cursor. */
import { codeOnly } from './cell.ts';
import type { LiveParts } from './complete.ts';
import type { Inspection, InspectionRequest } from './events.ts';
import { expressionBefore } from './expression-before.ts';
import { inspectValue } from './output.ts';
import { typeOfValue } from './members.ts';
import { types } from 'node:util';

export async function inspect(
  { code, cursor, detail }: InspectionRequest,
  { evaluator, magics }: LiveParts,
): Promise<Inspection> {
  const lineStart = code.lastIndexOf('\n', cursor - 1) + 1;
  const magic = /^%{1,2}([\p{L}_][\p{L}\p{N}_-]*)/u.exec(code.slice(lineStart))?.[1];
  if (magic !== undefined && magics.names().includes(magic))
    return { 'text/plain': await (await magics.find(magic)).help() };
  const expression = expressionAt(codeOnly(code, magics.names()), cursor);
  if (expression === undefined) return undefined;
  const outcome = await evaluator.evaluate(`(${expression}\n)`, { pure: true });
  if (outcome.type !== 'value') return undefined;
  return { 'text/plain': describe(expression, outcome.value, detail) };
}

/** The name at the cursor with what it is a member of; of a call's open parenthesis, the callee. */
function expressionAt(text: string, cursor: number): string | undefined {
  const rest = /^[\p{ID_Continue}$]*/u.exec(text.slice(cursor))![0];
  const head = text.slice(0, cursor + rest.length).replace(/[\s([]+$/, '');
  return expressionBefore(head.replace(/\.$/, ''));
}

function describe(expression: string, value: unknown, detail: 0 | 1): string {
  if (typeof value === 'function') return describeFunction(expression, value, detail);
  const lines = [`${expression}: ${typeName(value)}`, '', preview(value, detail)];
  return lines.join('\n');
}

function describeFunction(expression: string, value: object, detail: 0 | 1): string {
  const source = Function.prototype.toString.call(value);
  const native = source.includes('[native code]');
  const signature = source.split('\n', 1)[0]!.replace(/\s*\{.*$/, '');
  const lines = [`${expression}: ${typeOfValue(value)}`, '', signature];
  if (detail === 1 && !native) lines.push('', source);
  return lines.join('\n');
}

function typeName(value: unknown): string {
  if (value === null || typeof value !== 'object') return value === null ? 'null' : typeof value;
  if (types.isProxy(value)) return 'Proxy';
  const { constructor } = value as { constructor?: unknown }; // none without a prototype
  const name: unknown = typeof constructor === 'function' ? constructor.name : undefined;
  return typeof name === 'string' && name !== '' ? name : 'object';
}

function preview(value: unknown, detail: 0 | 1): string {
  const text = inspectValue(value, detail === 1 ? 4 : 1);
  return text.length > 2000 ? `${text.slice(0, 2000)}…` : text;
}
