/** The machine that a run was made on, as far as its bits may depend on it. */
import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { cpus } from 'node:os';

export interface Machine {
  platform: string;
  /** The C library's version, where it is glibc. */
  glibc?: string;
  cpu: string;
  /** What the processor can compute many numbers at a time with, where the system says so. */
  vectors?: string[];
}

export function machine(): Machine {
  const glibc = glibcVersion();
  const vectors = vectorFlags(cpuInfo());
  return {
    platform: `${process.platform} ${process.arch}`,
    ...(glibc !== undefined && { glibc }),
    cpu: cpus()[0]?.model ?? 'unknown',
    ...(vectors.length > 0 && { vectors }),
  };
}

/**
 * What the order of sums depends on, in one line: figures of two machines that say the same here should
 * be the same bits. onnxruntime picks its loops by what the processor can do.
 */
export function arithmetic(): string {
  const wide = vectorFlags(cpuInfo()).filter((flag) =>
    /^(avx2|fma|avx512(f|vl|_bf16)|amx_tile|asimd|sve)$/.test(flag),
  );
  return [process.arch, ...wide, `onnxruntime-node ${packageVersion('onnxruntime-node')}`].join(
    ' ',
  );
}

/** By its package.json, which a package need not export; `absent` where there is none. */
export function packageVersion(name: string): string {
  const path = findPackageJSON(name, import.meta.url);
  if (path === undefined) return 'absent';
  return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version;
}

function cpuInfo(): string {
  try {
    return readFileSync('/proc/cpuinfo', 'utf8');
  } catch {
    return '';
  }
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
