/**
 * A job made ready for a process that knows nothing of this one: rows are written to the files that it
 * names, a recipe of this process is recorded in its run folder.
 */
import { readdir, rm, rmdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Live } from '../code/live.ts';
import { writeOwnRows } from '../code/own-rows.ts';
import { recordFolder } from '../code/recorded-recipe.ts';
import { recordRecipe } from '../code/record-recipe.ts';
import type { Recipe } from '../recipe/recipe.ts';
import type { Job } from '../train/job.ts';

export interface ReadyJob {
  job: Job;
  /** The recipe, where the job has to run in this process. */
  recipe?: Recipe;
  /** Removes what was written, for a job that did not begin. */
  undo: () => Promise<void>;
}

interface Surroundings {
  live?: Live | undefined;
  signal?: AbortSignal | undefined;
  notice?: ((sentence: string) => void) | undefined;
}

/** Writes nothing where the run folder holds a run already: it is resumed with what lies there, or refused. */
export async function readyJob(job: Job, around: Surroundings): Promise<ReadyJob> {
  const { live = {} } = around;
  const written: string[] = [];
  const begun = await holdsRun(job);
  const undo = async (): Promise<void> => {
    if (!begun && (await holdsRun(job))) return; // Another process began there meanwhile, with these files.
    for (const path of written) await rm(path, { recursive: true, force: true });
    if (written.length > 0 && (await readdir(job.output).catch(() => ['?'])).length === 0)
      await rmdir(job.output);
  };
  try {
    for (const split of ['train', 'validation'] as const) {
      const own = live.rows?.[split];
      if (!own || begun) continue;
      const path = job[split][0]!;
      written.push(path);
      await writeOwnRows(path, own.rows, own.name);
    }
    const { recipe } = live;
    if (!recipe) return { job, undo };
    if (begun || job.options.dry_run === true) return { job, recipe, undo };
    const folder = join(job.output, recordFolder);
    written.push(folder);
    const { signal, notice } = around;
    const sha256 = await recordRecipe(job, { recipe, folder, signal, notice });
    if (sha256 !== undefined) return { job: withRecord(job, { recorded: folder, sha256 }), undo };
    await rm(folder, { recursive: true, force: true });
    around.notice?.(
      `${recipe.name} lets the model write, so it trains in this process; only where ${recipe.name} is defined can the run go on`,
    );
    return { job, recipe, undo };
  } catch (error) {
    await undo();
    throw error;
  }
}

function holdsRun({ output }: Job): Promise<boolean> {
  return stat(join(output, 'job.yaml')).then(
    () => true,
    () => false,
  );
}

function withRecord(job: Job, reference: { recorded: string; sha256: string }): Job {
  const others = job.code?.filter(({ use }) => use !== 'recipe') ?? [];
  return { ...job, code: [{ use: 'recipe', ...reference }, ...others] };
}
