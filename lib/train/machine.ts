/** The machine that a run was made on, as far as its bits may depend on it. */
import { readFile } from 'node:fs/promises';
import { cpus } from 'node:os';

export interface Machine {
  platform: string;
  /** The C library's version, where it is glibc. */
  glibc?: string;
  cpu: string;
  /** What the processor can compute many numbers at a time with, where the system says so. */
  vectors?: string[];
}

export async function machine(): Promise<Machine> {
  const info = await readFile('/proc/cpuinfo', 'utf8').catch(() => '');
  const glibc = glibcVersion();
  const vectors = vectorFlags(info);
  return {
    platform: `${process.platform} ${process.arch}`,
    ...(glibc !== undefined && { glibc }),
    cpu: cpus()[0]?.model ?? 'unknown',
    ...(vectors.length > 0 && { vectors }),
  };
}

/** Of the first processor in a text like /proc/cpuinfo: `avx2`, `avx512f`, `fma`, `asimd`, … */
export function vectorFlags(cpuinfo: string): string[] {
  const [, flags = ''] = /^(?:flags|Features)\s*: (.*)$/m.exec(cpuinfo) ?? [];
  return flags.split(/\s+/).filter((flag) => /^(sse4|avx|amx|fma$|f16c$|asimd|sve|sme)/.test(flag));
}

function glibcVersion(): string | undefined {
  const report = process.report as typeof process.report & { excludeNetwork: boolean };
  const before = report.excludeNetwork;
  report.excludeNetwork = true; // Names of network addresses may take seconds to find.
  try {
    const { header } = report.getReport() as { header: { glibcVersionRuntime?: string } };
    return header.glibcVersionRuntime;
  } finally {
    report.excludeNetwork = before;
  }
}
