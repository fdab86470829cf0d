/**
 * One process at a time writes in a run folder: it holds `run.lock`, which says who it is. The lock of a
 * process that is gone, however it ended, is nobody's.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { UserError } from '../errors.ts';

const holder = z.object({
  pid: z.int().positive(),
  host: z.string(),
  /** When it began, in the system's own words: its number may be another process's by now. */
  began: z.string().optional(),
});
type Holder = z.infer<typeof holder>;

/** Takes the folder until the returned function is called. Throws a `UserError` where another holds it. */
export function lockRun(run: string): () => void {
  const path = lockOf(run);
  while (!create(path)) {
    refuseHeld(run);
    rmSync(path, { force: true });
  }
  return () => rmSync(path, { force: true });
}

/** Throws a `UserError` where a process that may still run holds the folder. */
export function refuseHeld(run: string): void {
  const found = read(lockOf(run));
  if (!found || isGone(found)) return;
  const { pid, host } = found;
  const own = host === hostname();
  throw new UserError(
    `process ${pid} on ${own ? 'this machine' : `'${host}'`} is writing in run folder '${run}'`,
    own
      ? `wait for it, or end it with a checkpoint: kill ${pid}; or choose another folder with --output-dir`
      : `if it no longer runs, remove '${lockOf(run)}'; or choose another folder with --output-dir`,
  );
}

function lockOf(run: string): string {
  return join(run, 'run.lock');
}

/** Returns whether there was none. */
function create(path: string): boolean {
  const began = beginningOf(process.pid)?.began;
  const mine: Holder = {
    pid: process.pid,
    host: hostname(),
    ...(began !== undefined && { began }),
  };
  try {
    writeFileSync(path, JSON.stringify(mine) + '\n', { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Undefined where there is no lock, or one that nobody wrote. */
function read(path: string): Holder | undefined {
  try {
    return holder.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return undefined;
  }
}

/** Only a process of this machine can be known to be gone. */
function isGone({ pid, host, began }: Holder): boolean {
  if (host !== hostname()) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
  const now = beginningOf(pid);
  return now !== undefined && (now.ended || (began !== undefined && now.began !== began));
}

/**
 * When a process began, in clock ticks since the system did, and whether it ended and nobody has looked
 * yet. By proc(5): the fields after the name, which may hold anything but ends with the last bracket.
 */
function beginningOf(pid: number): { began: string; ended: boolean } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state = '', ...fields] = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { began: fields[18]!, ended: /[ZX]/.test(state) };
  } catch {
    return undefined;
  }
}
