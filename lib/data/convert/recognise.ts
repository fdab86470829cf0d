/** Which format a table is in, by its columns; and the sentences where it is not the one that was named. */
import { UserError } from '../../errors.ts';
import { converters } from './index.ts';
import type { Converter } from './sample.ts';

/** The converter of this name for a table, or with `auto` the first that fits it. `table` begins the sentence. */
export function converterFor(from: string, columns: readonly string[], table: string): Converter {
  const fitting = converters.filter((converter) => fits(converter, columns));
  if (from === 'auto') {
    const [first] = fitting;
    if (first) return first;
    throw new UserError(
      `no format fits ${table}; columns there: ${columns.join(', ')}`,
      nearest(columns),
    );
  }
  const converter = converters.find(({ name }) => name === from)!;
  const lacking = lacks(converter, columns);
  // Columns that say more than a format needs do not matter where it was named.
  if (lacking.length === 0 && (converter.columns.length > 0 || fitting.includes(converter)))
    return converter;
  const names = fitting.map(({ name }) => name);
  const missing = lacking.length > 0 ? quoted(lacking) : 'a prompt with an answer';
  throw new UserError(
    `${table} is not in the format ${from}: it lacks ${missing}; columns there: ${columns.join(', ')}`,
    names.length > 0 ? `what fits: ${names.join(', ')}` : nearest(columns),
  );
}

/** The converter of a name in RM-Gallery's spelling or ours. */
export function converterNamed(name: string): Converter | undefined {
  const ours = name.replaceAll('_', '-');
  return converters.find((converter) => converter.name === ours || converter.alias === name);
}

function fits(converter: Converter, columns: readonly string[]): boolean {
  return lacks(converter, columns).length === 0 && (converter.fits?.(columns) ?? true);
}

function lacks(converter: Converter, columns: readonly string[]): string[] {
  return converter.columns.filter((name) => !columns.includes(name));
}

/** The format of which the table has most columns. */
function nearest(columns: readonly string[]): string | undefined {
  const share = (converter: Converter): number =>
    converter.columns.length === 0
      ? 0
      : 1 - lacks(converter, columns).length / converter.columns.length;
  const [best] = converters.toSorted((a, b) => share(b) - share(a));
  return best && share(best) >= 0.5
    ? `${best.name} lacks only ${quoted(lacks(best, columns))}`
    : undefined;
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `'${name}'`).join(', ');
}
