/** The folder that tells Jupyter of our kernel. */
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UserError } from '../../lib/errors.ts';
import { ownModule } from '../../lib/own-process.ts';
import { protocolVersion } from './wire.ts';
import { dataFolder, dataFolders, writeFolder } from './data-folders.ts';

export interface KernelPlace {
  /** For example the folder of a Python environment; absent: the user's own kernels. */
  prefix?: string;
  name?: string;
}

export const displayName = 'TypeScript (rewardlab)';

/** Runs a kernel; a connection file follows. Node strips its types by itself, sooner than our loader. */
export const kernelCommand = [
  process.execPath,
  '--disable-warning=ExperimentalWarning',
  fileURLToPath(ownModule('kernel/jupyter/main')),
] as const;

/** Node's own cache: half of a kernel's start is compiling what was compiled before. */
export const kernelEnvironment = { NODE_COMPILE_CACHE: join(tmpdir(), 'node-compile-cache') };

/** Writes the kernelspec whole, in place of an older one; returns its folder. */
export async function installKernel(place: KernelPlace = {}): Promise<string> {
  const folder = folderOf(place);
  refuseOthers(folder);
  writeFolder(folder, {
    what: 'the kernel',
    write(fresh) {
      const spec = JSON.stringify(kernelspec(place), null, 2);
      writeFileSync(join(fresh, 'kernel.json'), spec + '\n');
      cpSync(new URL('./logo-svg.svg', import.meta.url), join(fresh, 'logo-svg.svg'));
    },
  });
  return Promise.resolve(folder);
}

/** Removes the kernelspec; returns the folder that was there. */
export async function uninstallKernel(place: KernelPlace = {}): Promise<string> {
  const folder = folderOf(place);
  if (!existsSync(folder))
    throw new UserError(
      `no kernel at '${folder}'`,
      `installed: ${installedKernels().join(', ') || 'none'}`,
    );
  refuseOthers(folder);
  rmSync(folder, { recursive: true });
  return Promise.resolve(folder);
}

/** Folders of kernels of ours that Jupyter finds, whatever they are named. */
export function installedKernels(): string[] {
  return dataFolders().flatMap(kernelsIn);
}

/** The same of one place, which need not be where Jupyter looks. */
export function kernelsIn(root: string): string[] {
  const kernels = join(root, 'kernels');
  const names = existsSync(kernels) ? readdirSync(kernels) : [];
  return names.map((name) => join(kernels, name)).filter(isOurs);
}

/** What a kernel is started with that is no longer where it was. */
export function missingOf(folder: string): string[] {
  const spec = readFileSync(join(folder, 'kernel.json'), 'utf8');
  const { argv } = JSON.parse(spec) as { argv: string[] };
  return argv.filter((word) => isAbsolute(word) && !existsSync(word));
}

function kernelspec({ prefix }: KernelPlace): Record<string, unknown> {
  return {
    argv: [...portHolder(prefix), ...kernelCommand, '{connection_file}'],
    env: kernelEnvironment,
    display_name: displayName,
    language: 'typescript',
    interrupt_mode: 'message',
    kernel_protocol_version: protocolVersion,
  };
}

/** A Python that stays where it is, if there is one: Jupyter's own, or the system's. */
function portHolder(prefix: string | undefined): string[] {
  if (process.platform === 'win32') return [];
  // Elsewhere, what is called so may ask the person to install one.
  const system = process.platform === 'linux' ? '/usr/bin/python3' : undefined;
  const python = prefix === undefined ? system : resolve(prefix, 'bin', 'python3');
  if (python === undefined || !existsSync(python)) return [];
  return [python, '-I', '-S', fileURLToPath(new URL('./hold-ports.py', import.meta.url))];
}

function isOurs(folder: string): boolean {
  const file = join(folder, 'kernel.json');
  return existsSync(file) && readFileSync(file, 'utf8').includes(displayName);
}

/** A name may be that of another kernel, which is not ours to touch. */
function refuseOthers(folder: string): void {
  if (existsSync(folder) && !isOurs(folder))
    throw new UserError(`'${folder}' is another kernel`, 'choose another name with --name NAME');
}

function folderOf({ prefix, name = 'rewardlab' }: KernelPlace): string {
  if (!/^\w[\w.-]*$/.test(name))
    throw new UserError(
      `a kernel's name has letters, digits, '_', and between them '.' and '-', got '${name}'`,
    );
  return join(dataFolder(prefix), 'kernels', name);
}
