/** Which files an export writes, and which rows go into each. */
import { extname } from 'node:path';
import { UserError } from '../../errors.ts';
import type { Gathered } from './gather.ts';
import type { Part } from './parts.ts';
import type { Shares } from './split.ts';
import type { Table } from './tables.ts';

export const formats = ['parquet', 'jsonl', 'json'] as const;
export type Format = (typeof formats)[number];

/** How files are called. */
export interface Naming {
  formats: readonly Format[];
  /** The format's name where it is not given. */
  name?: string;
  /**
   * One file for each that was read, below its folder; under its name, unless it is the only one and there is
   * another name.
   */
  preserveStructure: boolean;
}

export interface Output {
  part: Part;
  /** Below the folder of all. */
  file: string;
  rows: readonly number[];
}

export function outputsOf(
  parts: readonly Part[],
  gathered: readonly Gathered[],
  {
    tables,
    formats,
    name,
    preserveStructure,
    usual,
  }: Naming & { tables: readonly Table[]; usual: string },
): Output[] {
  const stems = tables.map(({ place }) => place.slice(0, place.length - extname(place).length));
  const outputs = parts.flatMap((part) => {
    const suffix = part.name === undefined ? '' : `_${part.name}`;
    const whole = [{ stem: name ?? usual, rows: part.rows }];
    const each = tables.map((_, number) => ({
      stem: (tables.length === 1 ? name : undefined) ?? (stems[number] || usual),
      rows: part.rows.filter((row) => gathered[row]!.table === number),
    }));
    return (preserveStructure ? each : whole)
      .filter(({ rows }) => rows.length > 0)
      .flatMap(({ stem, rows }) =>
        formats.map((format) => ({ part, file: `${stem}${suffix}.${format}`, rows })),
      );
  });
  refuseSameNames(outputs);
  return outputs;
}

function refuseSameNames(outputs: readonly Output[]): void {
  const names = outputs.map(({ file }) => file.toLowerCase());
  const twice = names.filter((name, at) => names.indexOf(name) !== at);
  if (twice.length > 0)
    throw new UserError(
      `two files would be written as ${[...new Set(twice)].map((name) => `'${name}'`).join(', ')}`,
      'export them to different folders, or leave --preserve-structure out',
    );
}

/** Files of which a part has no row: no file is written for them. */
export function missingFiles(
  parts: readonly Part[],
  gathered: readonly Gathered[],
  {
    tables,
    preserveStructure,
    split,
  }: Pick<Naming, 'preserveStructure'> & { tables: readonly Table[]; split?: Shares },
): string[] {
  if (!preserveStructure || !split) return [];
  return parts.flatMap(({ name, rows }) => {
    const seen = new Set(rows.map((row) => gathered[row]!.table));
    const without = tables.filter((_, number) => !seen.has(number)).map((table) => table.name);
    return without.length > 0 ? [`part '${name}' has no row of ${without.join(', ')}`] : [];
  });
}
