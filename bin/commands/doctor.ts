/** What `rewardlab doctor` says: versions, what this machine has, and what each engine lacks. */
import { accessSync, constants } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, cpus, freemem, totalmem } from 'node:os';
import { engines } from '../../lib/engine/index.ts';
import { installedKernels, missingOf } from '../../kernel/jupyter/kernelspec.ts';
import { installedExtensions } from '../../kernel/jupyter/lab/extension.ts';
import { version } from '../../lib/version.ts';

export interface Finding {
  name: string;
  /** Undefined where it is neither good nor bad. */
  ok?: boolean;
  /** Without it nothing can be trained here. */
  needed?: boolean;
  text: string;
}

/** Looks at everything that a run or a notebook may need. Starts nothing and writes nothing. */
export async function examine(): Promise<Finding[]> {
  return [
    { name: 'rewardlab', text: version },
    node(),
    machine(),
    ...packages(['onnxruntime-node', '@duckdb/node-api', 'zeromq', 'oxc-transform']),
    ...(await engineFindings()),
    kernel(),
    await figures(),
    folder(),
  ];
}

/** One line a finding: a mark, the name, the text. */
export function report(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ name }) => name.length));
  const mark = (ok?: boolean): string => (ok === undefined ? '·' : ok ? '✓' : '✗');
  return findings
    .map(({ name, ok, text }) => `${mark(ok)} ${name.padEnd(width)}  ${text}`)
    .join('\n');
}

function node(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const ok = major > 22 || (major === 22 && minor >= 18);
  return {
    name: 'node',
    ok,
    needed: true,
    text: process.version + (ok ? '' : '; needs 22.18 or newer: install one from nodejs.org'),
  };
}

function machine(): Finding {
  const gib = (bytes: number): string => (bytes / 2 ** 30).toFixed(1);
  const model = cpus()[0]?.model ?? 'unknown processor';
  const memory = `${gib(freemem())} of ${gib(totalmem())} GiB free`;
  return {
    name: 'machine',
    text: `${process.platform} ${process.arch}, ${model}, ${availableParallelism()} threads, ${memory}`,
  };
}

function packages(names: readonly string[]): Finding[] {
  const require = createRequire(import.meta.url);
  return names.map((name) => {
    try {
      require(name);
      return { name, ok: true, text: 'loads' };
    } catch (error) {
      return {
        name,
        ok: false,
        needed: true,
        text: `does not load: ${(error as Error).message.split('\n')[0] ?? ''}; try npm ci`,
      };
    }
  });
}

async function engineFindings(): Promise<Finding[]> {
  return Promise.all(
    engines.map(async (engine) => {
      const name = `engine ${engine.name}`;
      if (engine.examine) return { name, ...(await engine.examine()) };
      const lack = await engine.unavailable();
      return { name, ok: lack === undefined, text: lack ?? 'ready' };
    }),
  );
}

function kernel(): Finding {
  const name = 'jupyter kernel';
  const found = installedKernels();
  if (found.length === 0) return { name, ok: false, text: 'not installed: rewardlab install' };
  const gone = found.flatMap((folder) =>
    missingOf(folder).map((word) => `${folder} needs '${word}', which is gone`),
  );
  if (gone.length > 0) return { name, ok: false, text: `${gone.join(', ')}: rewardlab install` };
  return { name, ok: true, text: found.join(', ') };
}

/** The first that Jupyter finds is the one that it loads. */
async function figures(): Promise<Finding> {
  const name = 'jupyterlab figures';
  const [first] = await installedExtensions();
  if (first === undefined)
    return { name, ok: false, text: 'not installed, so they are pictures: rewardlab install' };
  const { folder, version: found, current } = first;
  const other = `of ${found === version ? 'another build' : `version ${found}`}: rewardlab install`;
  return { name, ok: current, text: current ? folder : `${folder} is ${other}` };
}

function folder(): Finding {
  try {
    accessSync(process.cwd(), constants.W_OK);
    return { name: 'run folder', ok: true, text: `${process.cwd()}/runs` };
  } catch {
    return {
      name: 'run folder',
      ok: false,
      text: `${process.cwd()} is read-only; pass --output-dir`,
    };
  }
}
