/** Which files an export writes, and which rows go into each. */
import { UserError } from '../../errors.ts';
import type { Gathered } from './gather.ts';
import { officialOf } from './official.ts';
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
    split,
    usual,
  }: Naming & { tables: readonly Table[]; split?: Shares; usual: string },
): Output[] {
  const stems = tables.map(({ place }) => place.replace(/(\.\w+)?(\.gz)?$/i, ''));
  const outputs = parts.flatMap((part) => {
    const whole = [{ stem: name ?? usual, rows: part.rows }];
    const each = tables.map((_, number) => ({
      stem: (tables.length === 1 ? name : undefined) ?? (stems[number] || usual),
      rows: part.rows.filter((row) => gathered[row]!.table === number),
    }));
    return (preserveStructure ? each : whole)
      .filter(({ rows }) => rows.length > 0)
      .flatMap(({ stem, rows }) => {
        // `train.jsonl` stays `train`, and does not become `train_train`.
        const said = part.name === undefined || (!split && officialOf(stem) === part.name);
        const full = said ? stem : `${stem}_${part.name}`;
        return formats.map((format) => ({ part, file: `${full}.${format}`, rows }));
      });
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
