/**
 * The DuckDB type that holds every value of a column.
 */
import { UserError } from '../errors.ts';
import type { Cell, Row } from './cell.ts';
import { quoteName } from './duckdb.ts';

/** What is known of a column so far; undefined where only nulls were seen. */
type Shape =
  | undefined
  | { kind: 'scalar'; type: string }
  | { kind: 'list'; item: Shape }
  | { kind: 'struct'; fields: Map<string, Shape> };

/** Column types that hold all rows, in order of first appearance. Refuses columns of mixed types. */
export function inferTypes(rows: readonly Row[]): Record<string, string> {
  const found = columnTypes();
  for (const row of rows) found.add(row);
  return found.types();
}

/** The same for rows that come one at a time and are not kept. */
export function columnTypes(): { add(row: Row): void; types(): Record<string, string> } {
  const shapes = new Map<string, Shape>();
  return {
    add: (row) => {
      for (const [name, value] of Object.entries(row))
        shapes.set(name, merge(shapes.get(name), shapeOf(value, name), name));
    },
    types: () => {
      if (shapes.size === 0)
        throw new UserError('there are no rows to tell columns from', 'give a schema');
      return Object.fromEntries([...shapes].map(([name, shape]) => [name, sql(shape)]));
    },
  };
}

function shapeOf(value: Cell | undefined, name: string): Shape {
  if (value === null || value === undefined) return undefined;
  if (Array.isArray(value)) {
    const item = value.reduce<Shape>(
      (shape, inner) => merge(shape, shapeOf(inner, name), name),
      undefined,
    );
    return { kind: 'list', item };
  }
  if (value instanceof Date) return scalar('TIMESTAMP');
  if (value instanceof Uint8Array) return scalar('BLOB');
  if (typeof value === 'object')
    return {
      kind: 'struct',
      fields: new Map(Object.entries(value).map(([key, inner]) => [key, shapeOf(inner, name)])),
    };
  if (typeof value === 'number') return scalar(Number.isSafeInteger(value) ? 'BIGINT' : 'DOUBLE');
  return scalar(
    { string: 'VARCHAR', boolean: 'BOOLEAN', bigint: 'BIGINT' }[typeof value as 'string'],
  );
}

function scalar(type: string): Shape {
  return { kind: 'scalar', type };
}

function merge(a: Shape, b: Shape, name: string): Shape {
  if (!a || !b) return a ?? b;
  if (a.kind === 'list' && b.kind === 'list')
    return { kind: 'list', item: merge(a.item, b.item, name) };
  if (a.kind === 'struct' && b.kind === 'struct') {
    const fields = new Map(a.fields);
    for (const [key, shape] of b.fields) fields.set(key, merge(fields.get(key), shape, name));
    return { kind: 'struct', fields };
  }
  if (a.kind === 'scalar' && b.kind === 'scalar') {
    if (a.type === b.type) return a;
    const numbers = new Set(['BIGINT', 'DOUBLE']);
    if (numbers.has(a.type) && numbers.has(b.type)) return scalar('DOUBLE');
  }
  throw new UserError(`column '${name}' holds both ${sql(a)} and ${sql(b)}`, 'make them one type');
}

function sql(shape: Shape): string {
  if (!shape) return 'VARCHAR';
  if (shape.kind === 'scalar') return shape.type;
  if (shape.kind === 'list') return `${sql(shape.item)}[]`;
  if (shape.fields.size === 0) return 'JSON';
  const fields = [...shape.fields].map(([key, inner]) => `${quoteName(key)} ${sql(inner)}`);
  return `STRUCT(${fields.join(', ')})`;
}
