/** An export from a script or a cell: settings in, what was written out. */
import { rowSource, type RowSource } from '../code/own-rows.ts';
import type { Format } from '../data/export/outputs.ts';
import { runExport, type ExportResult } from '../data/export/run-export.ts';
import { sourceFiles } from '../data/export/source-files.ts';
import { openTables, tableOf } from '../data/export/tables.ts';
import { closest } from '../errors.ts';
import { interruptSignal } from '../interrupt.ts';
import type { RowsWorkOptions } from '../rows-work.ts';
import { describeOptions } from './describe.ts';
import { exportOptions } from './export-options.ts';
import { checkExport, planOf } from './export.ts';
import { nothingGiven, type Given } from './given.ts';

/** What to export, where to, and options by the names of `rewardlab export`, in a program's spelling. */
export interface ExportSettings {
  /** Files, folders, patterns, `hf://datasets/…`; or rows, as `rows`. */
  data?: string | readonly string[] | RowSource;
  /** An array of objects, anything iterable, a view. */
  rows?: RowSource;
  /** Default: `exports`. */
  outputDir?: string;
  formats?: readonly Format[];
  /** `{ train: 0.8, test: 0.2 }`. */
  split?: Readonly<Record<string, number>> | string;
  /** A format's name. Default: by the columns. */
  from?: string;
  /** `judge` (the default), `bradley-terry`, `sft` or `best-of-n`. */
  to?: string;
  seed?: number;
  limit?: number;
  swap?: boolean;
  name?: string;
  preserveStructure?: boolean;
}

/**
 * Writes rows of other projects as rows that recipes read. Throws a `UserError` that names every setting, file
 * or column at fault; then nothing is written.
 */
export async function exportData(
  settings: ExportSettings,
  hooks: RowsWorkOptions & { cwd?: string } = {},
): Promise<ExportResult> {
  const { data, rows, ...options } = settings;
  const given = nothingGiven();
  readNamed(options, given);
  const source = rows ?? data;
  if ((data === undefined) === (rows === undefined))
    given.problems.push("expected either 'data' or 'rows'");
  const { cwd = process.cwd(), signal = interruptSignal(), ...rest } = hooks;
  const checked = checkExport(given, { refusal: 'exportData cannot use these settings' });
  const tables = isFiles(source)
    ? await openTables(await sourceFiles([source].flat(), cwd))
    : [await tableOf(await rowSource(source, rows ? 'rows' : 'data'), signal)];
  return runExport(planOf(checked, tables, cwd), { signal, ...rest });
}

/** Settings of a program: `outputDir` is `output_dir`. */
function readNamed(settings: Omit<ExportSettings, 'data' | 'rows'>, given: Given): void {
  const known = describeOptions(exportOptions).map(({ name }) => camel(name));
  for (const [spelled, value] of Object.entries(settings as Record<string, unknown>)) {
    if (value === undefined) continue;
    const name = spelled.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    if (known.includes(spelled)) given.settings.set(name, { name, spelled, value });
    else {
      const guess = closest(spelled, known);
      given.problems.push(`${spelled}: no such setting${guess ? `; did you mean ${guess}?` : ''}`);
    }
  }
}

function camel(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function isFiles(source: unknown): source is string | readonly string[] {
  const items = [source].flat();
  return items.length > 0 && items.every((item) => typeof item === 'string');
}
