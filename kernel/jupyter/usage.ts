/** What the kernel's processes take of the machine: from /proc, so on Linux only. */
import { readdirSync, readFileSync } from 'node:fs';
import { cpus, freemem, totalmem } from 'node:os';

export interface Usage {
  /** Of one processor: 200 where two are kept busy. Since the last time this was asked. */
  cpuPercent: number;
  /** Bytes; what processes share is counted once. */
  memory: number;
}

interface Sample {
  at: number;
  ticks: Map<number, number>;
}

/** Clock ticks a second in /proc, the same on every Linux that Node runs on. */
const ticksPerSecond = 100;

/** Asks for the process of this id and all that it started; undefined where that cannot be told. */
export function createUsage(pid: number, folder = '/proc'): () => Usage | undefined {
  let last: Sample | undefined;
  return () => {
    try {
      const family = familyOf(pid, folder);
      const sample = { at: performance.now(), ticks: family };
      const cpuPercent = last ? percentBetween(last, sample) : 0;
      last = sample;
      const memory = [...family.keys()].reduce((sum, of) => sum + memoryOf(of, folder), 0);
      return { cpuPercent, memory };
    } catch {
      return undefined;
    }
  };
}

/** The machine's own figures, under the names that Python's psutil gives them. */
export function hostUsage(): Record<string, unknown> {
  const [total, free] = [totalmem(), freemem()];
  const virtual = { total, available: free, used: total - free, free };
  const percent = Math.round((1000 * (total - free)) / total) / 10;
  return { cpu_count: cpus().length, host_virtual_memory: { ...virtual, percent } };
}

/** Processor ticks of a process and of its descendants, by id. */
function familyOf(pid: number, folder: string): Map<number, number> {
  const all = new Map<number, { parent: number; ticks: number }>();
  for (const name of readdirSync(folder)) {
    const stat = /^\d+$/.test(name) ? read(`${folder}/${name}/stat`) : undefined;
    // The program's name, in parentheses, may hold anything.
    const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (!fields) continue;
    const ticks = Number(fields[11]) + Number(fields[12]);
    all.set(Number(name), { parent: Number(fields[1]), ticks });
  }
  const family = new Map<number, number>();
  const add = (of: number): void => {
    family.set(of, all.get(of)?.ticks ?? 0);
    for (const [child, { parent }] of all) if (parent === of && !family.has(child)) add(child);
  };
  add(pid);
  return family;
}

function percentBetween(before: Sample, now: Sample): number {
  let ticks = 0;
  for (const [pid, total] of now.ticks) ticks += total - (before.ticks.get(pid) ?? total);
  const seconds = (now.at - before.at) / 1000;
  return seconds > 0 ? (100 * ticks) / ticksPerSecond / seconds : 0;
}

/** Proportional where the system tells it, else resident. */
function memoryOf(pid: number, folder: string): number {
  const text = read(`${folder}/${pid}/smaps_rollup`);
  const proportional = /^Pss:\s+(\d+) kB/m.exec(text ?? '')?.[1];
  const resident = /^VmRSS:\s+(\d+) kB/m;
  return (
    1024 * Number(proportional ?? resident.exec(read(`${folder}/${pid}/status`) ?? '')?.[1] ?? 0)
  );
}

/** A process may end while it is looked at. */
function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
