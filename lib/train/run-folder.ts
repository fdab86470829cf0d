/** The run folder: who may write in it, what is appended to it, and where a resumed run begins. */
import { appendFileSync, closeSync, openSync } from 'node:fs';
import { mkdir, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isUserError, UserError } from '../errors.ts';
import { recipes } from '../recipe/index.ts';
import { writeWhole } from '../write-whole.ts';
import { latestCheckpoint, tidyCheckpoints } from './checkpoint.ts';
import { differences, jobRecord, jobText, readJobFile } from './job-file.ts';
import type { Job, TrainEvent } from './job.ts';
import { trainingOptionsOf } from './options.ts';
import { lockRun, refuseHeld } from './run-lock.ts';

export interface RunFolder {
  path: string;
  /** Appends an event to metrics.jsonl. */
  record(event: TrainEvent): void;
  /** Appends a line to log.txt. */
  log: (text: string) => void;
  close(): void;
}

/** The checkpoint that a resumed job continues from. */
export interface ResumePoint {
  path: string;
  step: number;
}

/**
 * Looks whether a job may use its run folder. Throws a `UserError` where another job lies there, or
 * this one without `--resume`, or where it is running. Returns where to continue; writes nothing.
 */
export async function checkRun(job: Job): Promise<ResumePoint | undefined> {
  refuseHeld(job.output);
  if (!(await hasJob(job.output))) {
    if (job.options.resume === true)
      throw new UserError(
        `there is no run in '${job.output}' to resume: it has no job.yaml`,
        'name the run folder with --output-dir, or leave out --resume',
      );
    return undefined;
  }
  const there = await readJobFile(jobFile(job.output));
  const known = { ...there, ...defaultsOf(job.recipe), ...there }; // In the order of the file.
  const others = differences(known, jobRecord(job));
  if (others.length > 0)
    throw new UserError(
      `run folder '${job.output}' already holds another job\n  ${others.join('\n  ')}`,
      'choose another with --output-dir',
    );
  if (job.options.resume !== true) throw holdsThisJob(job.output);
  if (await isDone(job.output))
    throw new UserError(
      `the run in '${job.output}' is done: there is nothing to resume`,
      `its model is ${join(job.output, 'final')}`,
    );
  return latestCheckpoint(job.output);
}

/** Of a recipe that ships: an option that is newer than a run was at its default. */
function defaultsOf(name: string): Record<string, unknown> {
  const recipe = recipes.find((known) => known.name === name);
  if (!recipe) return {};
  const schemas = [trainingOptionsOf(recipe), recipe.options];
  return Object.assign({}, ...schemas.map((schema) => schema.parse({}))) as Record<string, unknown>;
}

function jobFile(run: string): string {
  return join(run, 'job.yaml');
}

function hasJob(run: string): Promise<boolean> {
  return stat(jobFile(run)).then(
    () => true,
    () => false,
  );
}

function holdsThisJob(run: string): UserError {
  return new UserError(
    `run folder '${run}' already holds this job`,
    'continue it with --resume, or choose another folder with --output-dir',
  );
}

async function isDone(run: string): Promise<boolean> {
  const text = await readFile(join(run, 'metrics.jsonl'), 'utf8').catch(() => '');
  const last = parsed(text.trimEnd().split('\n').at(-1)!);
  return last?.type === 'end' && last.reason === 'done';
}

/**
 * Opens the folder for a job that may use it, and holds it until it is closed; a resumed run's metrics
 * are cut to its checkpoint.
 */
export async function openRun(job: Job, from: ResumePoint | undefined): Promise<RunFolder> {
  const path = job.output;
  const metrics = join(path, 'metrics.jsonl');
  let unlock: (() => void) | undefined;
  try {
    await makeFolder(path);
    unlock = lockRun(path);
    // Another may have begun and ended since this was checked.
    if (!from && job.options.resume !== true && (await hasJob(path))) throw holdsThisJob(path);
    await tidyCheckpoints(path);
    await writeWhole(jobFile(path), jobText(job, path));
    await writeWhole(metrics, from ? await untilCheckpoint(metrics, from.step) : '');
    const events = openSync(metrics, 'a');
    const log = openSync(join(path, 'log.txt'), 'a');
    return {
      path,
      record: (event) => appendFileSync(events, JSON.stringify(event) + '\n'),
      log: (text) => appendFileSync(log, text + '\n'),
      close: () => {
        closeSync(events);
        closeSync(log);
        unlock?.();
      },
    };
  } catch (cause) {
    unlock?.();
    if (isUserError(cause)) throw cause;
    throw cannotWrite(path, cause as NodeJS.ErrnoException);
  }
}

/** One folder after another: Node's recursive mkdir never ends where a file system refuses (/proc). */
async function makeFolder(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) return;
  if (dirname(path) !== path) await makeFolder(dirname(path));
  await mkdir(path);
}

/** Appends the end of a run whose own process could not write it. */
export function recordEnd(run: string, event: TrainEvent): void {
  appendFileSync(join(run, 'metrics.jsonl'), JSON.stringify(event) + '\n');
}

/** Lines up to the one that tells of this step's checkpoint; a torn last line goes. */
async function untilCheckpoint(path: string, step: number): Promise<string> {
  const lines = (await readFile(path, 'utf8').catch(() => '')).split('\n');
  const last = lines.findIndex((line) => {
    const event = parsed(line);
    return event?.type === 'checkpoint' && event.step === step;
  });
  const kept =
    last < 0 ? lines.filter((line) => within(parsed(line), step)) : lines.slice(0, last + 1);
  return kept.map((line) => line + '\n').join('');
}

/** A checkpoint may be whole although its process died before telling of it. */
function within(event: TrainEvent | undefined, step: number): boolean {
  if (!event) return false;
  return event.type === 'plan' || (event.type !== 'end' && event.step <= step);
}

function parsed(line: string): TrainEvent | undefined {
  try {
    return JSON.parse(line) as TrainEvent;
  } catch {
    return undefined;
  }
}

const reasons: Record<string, string> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the disk is read-only',
  ENOSPC: 'the disk is full',
  ENOENT: 'it cannot be made there',
  ENOTDIR: 'a file is in the way',
  EEXIST: 'a file is in the way',
};

function cannotWrite(path: string, cause: NodeJS.ErrnoException): UserError {
  return new UserError(
    `cannot write in run folder '${path}': ${reasons[cause.code ?? ''] ?? cause.message}`,
    'choose another with --output-dir',
    { cause },
  );
}
