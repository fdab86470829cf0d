/** An export from its plan to its files: rows are gathered, split, written aside and put in their places. */
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { UserError } from '../../errors.ts';
import { writeRows } from '../write-rows.ts';
import { gather, type Gathered, type Gathering } from './gather.ts';
import { missingFiles, outputsOf, type Naming, type Output } from './outputs.ts';
import { partsOf, type Part } from './parts.ts';
import type { Shares } from './split.ts';
import { rowsWork, type RowsWorkOptions } from '../../rows-work.ts';
import { openSpool } from './spool.ts';

export interface ExportPlan extends Gathering, Naming {
  outputDir: string;
  /** Without them the splits that the data come with are kept. */
  split?: Shares;
}

export interface ExportedPart {
  /** Nothing where there is one part alone. */
  part?: string;
  rows: number;
  /** Different prompts. */
  prompts: number;
  /** Label to number of rows: A, B and tie, or scores. Empty for rows without labels. */
  labels: Record<string, number>;
  files: string[];
}

export interface ExportResult {
  /** The format that the rows came in. */
  from: string;
  to: string;
  /** Rows that were read, and those that could be used. */
  read: number;
  used: number;
  /** Reason to number of rows that were left out. */
  dropped: Record<string, number>;
  parts: ExportedPart[];
  /** Sentences: which rows were left out and why, and what else to know. */
  notes: string[];
}

/**
 * All files are put in their places together at the end, over files of the same names; none where it is
 * interrupted.
 */
export async function runExport(
  plan: ExportPlan,
  options: RowsWorkOptions = {},
): Promise<ExportResult> {
  using work = rowsWork('exporting', options);
  const { signal } = work;
  await using spool = await openSpool();
  const { converter, gathered, schema, ...counts } = await gather(plan, spool, work.report);
  const { parts, notes } = partsOf(gathered, plan.split, plan.seed);
  const outputs = outputsOf(parts, gathered, {
    ...plan,
    usual: converter.name.replaceAll('-', '_'),
  });
  const stage = await openStage(plan.outputDir);
  try {
    for (const { file, rows } of outputs) {
      signal?.throwIfAborted();
      await mkdir(dirname(join(stage, file)), { recursive: true });
      await writeRows(join(stage, file), until(signal, spool.read(rows)), schema);
    }
    signal?.throwIfAborted();
    for (const { file } of outputs) {
      await mkdir(dirname(join(plan.outputDir, file)), { recursive: true });
      await rename(join(stage, file), join(plan.outputDir, file));
    }
  } catch (error) {
    signal?.throwIfAborted(); // A writer has words of its own for an interrupt.
    throw error;
  } finally {
    await rm(stage, { recursive: true, force: true });
  }
  const { read, used, dropped } = counts;
  return {
    ...{ from: converter.name, to: plan.target.name, read, used, dropped },
    parts: parts.map((part) => about(part, gathered, outputs, plan.outputDir)),
    notes: [...counts.notes, ...notes, ...missingFiles(parts, gathered, plan)],
  };
}

async function* until<T>(
  signal: AbortSignal | undefined,
  rows: AsyncIterable<T>,
): AsyncGenerator<T> {
  for await (const row of rows) {
    signal?.throwIfAborted();
    yield row;
  }
}

/** A folder beside the places that files will be put in, so that putting them there is a rename. */
async function openStage(outputDir: string): Promise<string> {
  try {
    await mkdir(outputDir, { recursive: true });
    return await mkdtemp(join(outputDir, '.export-'));
  } catch (cause) {
    throw new UserError(`cannot write to '${outputDir}': ${(cause as Error).message}`, undefined, {
      cause,
    });
  }
}

function about(
  part: Part,
  gathered: readonly Gathered[],
  outputs: readonly Output[],
  outputDir: string,
): ExportedPart {
  const own = part.rows.map((row) => gathered[row]!);
  const labels: Record<string, number> = {};
  for (const { label } of own) if (label !== '') labels[label] = (labels[label] ?? 0) + 1;
  return {
    ...(part.name !== undefined && { part: part.name }),
    rows: own.length,
    prompts: new Set(own.map(({ group }) => group)).size,
    labels: Object.fromEntries(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1))),
    files: outputs.flatMap((each) => (each.part === part ? [join(outputDir, each.file)] : [])),
  };
}
