/** What was typed or written in `data_config.yaml` becomes an export. */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { ExportPlan } from '../data/export/run-export.ts';
import { readShares } from '../data/export/split.ts';
import { atHome, sourceFiles } from '../data/export/source-files.ts';
import { openTables, type Table } from '../data/export/tables.ts';
import { targets } from '../data/export/targets.ts';
import type { Filter } from '../data/export/filters.ts';
import { UserError } from '../errors.ts';
import { checkOptions } from './check.ts';
import { readDataConfig } from './data-config.ts';
import { describeOptions } from './describe.ts';
import { exportInvocation, exportOptions } from './export-options.ts';
import { nothingGiven, readWords, type Given } from './given.ts';
import { refused, type Refusing } from './read-options.ts';

/** An export as a command line has it, and how to print what comes out. */
export interface TypedExport {
  plan: ExportPlan;
  json: boolean;
  /** What was read and has no meaning here. */
  notes: string[];
}

/** Reads `FILE… [--OPTION V]…` or `data_config.yaml [--OPTION V]…`; flags win over the file. */
export async function readExport(words: readonly string[], cwd: string): Promise<TypedExport> {
  const begin = words.findIndex((word) => word.startsWith('--'));
  const files = begin < 0 ? words : words.slice(0, begin);
  const given = nothingGiven();
  const [first] = files;
  const isConfig = files.length === 1 && /\.ya?ml$/i.test(first!);
  const config = isConfig ? readDataConfig(await textOf(resolve(cwd, first!)), first!) : undefined;
  if (config) for (const setting of config.settings) given.settings.set(setting.name, setting);
  given.problems.push(...(config?.problems ?? []));
  const options = describeOptions(exportOptions.extend(exportInvocation.shape));
  readWords(begin < 0 ? [] : words.slice(begin), options, given);
  if (files.length === 0) given.problems.push('expected files of rows, or a data_config.yaml');
  const { json } = checkOptions(exportInvocation, options, given) ?? { json: false };
  const checked = checkExport(given, {
    refusal: 'export cannot use these options',
    hint: 'rewardlab export --help lists them all',
  });
  const tables = await openTables(await sourceFiles(config?.data ?? files, cwd));
  const plan = planOf(checked, tables, cwd, config?.filters);
  return { plan, json, notes: config?.notes ?? [] };
}

export type CheckedExport = NonNullable<ReturnType<typeof exportOptions.parse>>;

/** Every option, defaults filled in. Throws a `UserError` that names all that is wrong. */
export function checkExport(given: Given, refusing: Refusing): CheckedExport {
  const checked = checkOptions(exportOptions, describeOptions(exportOptions), given);
  if (checked && given.problems.length === 0) return checked;
  throw refused(given.problems, refusing);
}

/** The plan of checked options for rows that have been opened. */
export function planOf(
  { output_dir, preserve_structure, to, split, limit, swap, name, ...options }: CheckedExport,
  tables: readonly Table[],
  cwd: string,
  filters: readonly Filter[] = [],
): ExportPlan {
  return {
    ...options,
    tables,
    filters,
    outputDir: resolve(cwd, atHome(output_dir)),
    preserveStructure: preserve_structure,
    target: targets.find((target) => target.name === to)!,
    ...(split !== null && { split: typeof split === 'string' ? readShares(split)! : split }),
    ...(limit !== null && { limit }),
    ...(swap !== null && { swap }),
    ...(name !== null && { name }),
  };
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new UserError(`cannot read '${path}': ${(cause as Error).message}`, undefined, { cause });
  }
}
