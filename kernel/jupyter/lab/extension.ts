/**
 * The extension of JupyterLab that draws our figures: prebuilt, so that Jupyter needs no build and no
 * Python package. A folder of files, which are all here or in plotly's package.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { UserError } from '../../../lib/errors.ts';
import { version } from '../../../lib/version.ts';
import { dataFolder, dataFolders, writeFolder } from '../data-folders.ts';
import { containerScript } from './container.ts';
import { entryFile, pageFiles } from './page-files.ts';

const name = 'rewardlab';

/** Writes it whole, in place of an older one; returns its folder. */
export async function installExtension(prefix?: string): Promise<string> {
  const folder = folderIn(dataFolder(prefix));
  refuseOthers(folder);
  const files = await extensionFiles();
  writeFolder(folder, {
    what: 'the JupyterLab extension',
    write(fresh) {
      for (const [path, content] of Object.entries(files)) {
        mkdirSync(dirname(join(fresh, path)), { recursive: true });
        writeFileSync(join(fresh, path), content);
      }
    },
  });
  return folder;
}

/** Removes it; returns the folder that was there, if there was one. */
export function uninstallExtension(prefix?: string): string | undefined {
  const folder = folderIn(dataFolder(prefix));
  if (!existsSync(folder)) return undefined;
  refuseOthers(folder);
  rmSync(folder, { recursive: true });
  return folder;
}

export interface InstalledExtension {
  folder: string;
  version: string;
  /** Its files are those that would be written now. */
  current: boolean;
}

/** Those of ours that Jupyter finds. */
export async function installedExtensions(): Promise<InstalledExtension[]> {
  const found = dataFolders().flatMap((root) => {
    const folder = folderIn(root);
    const manifest = manifestIn(folder);
    return manifest?.name === name ? [{ folder, manifest }] : [];
  });
  if (found.length === 0) return [];
  const now = await extensionFiles();
  return found.map(({ folder, manifest }) => ({
    folder,
    version: manifest.version,
    current: Object.entries(now).every(([path, content]) => holds(join(folder, path), content)),
  }));
}

/** Paths in its folder, and what is there. A changed file changes the folder's name, so no browser keeps an old one. */
async function extensionFiles(): Promise<Record<string, string>> {
  const { script, licence } = plotlyFiles();
  const modules: Record<string, string> = { ...(await pageFiles()), 'plotly.js': script };
  const all = JSON.stringify([modules, containerScript(name, entryFile)]);
  const hash = createHash('sha256').update(all).digest('hex').slice(0, 16);
  const load = `static/remoteEntry.${hash}.js`;
  return {
    'package.json': json(manifest(load)),
    'install.json': json({
      packageManager: 'rewardlab',
      packageName: name,
      uninstallInstructions: 'rewardlab uninstall',
    }),
    [load]: containerScript(name, `${hash}/${entryFile}`),
    ...Object.fromEntries(
      Object.entries(modules).map(([path, content]) => [`static/${hash}/${path}`, content]),
    ),
    'static/plotly.LICENSE': licence,
  };
}

interface Manifest {
  name: string;
  version: string;
}

/** What a builder of JupyterLab would leave of a package.json, as far as JupyterLab reads it. */
function manifest(load: string): Manifest & Record<string, unknown> {
  return {
    name,
    version,
    description: 'Live figures of training, with hover and zoom',
    license: 'Apache-2.0',
    jupyterlab: { mimeExtension: true, _build: { load, mimeExtension: './mimeExtension' } },
  };
}

/** plotly.js as a module that leaves the page's own `Plotly`, if there is one, as it is. */
function plotlyFiles(): { script: string; licence: string } {
  const path = createRequire(import.meta.url).resolve('plotly.js-basic-dist-min');
  const script = `const before = Object.getOwnPropertyDescriptor(window, 'Plotly');
const module = { exports: {} };
${readFileSync(path, 'utf8')}
if (before) Object.defineProperty(window, 'Plotly', before);
else delete window.Plotly;
export const plotly = module.exports;
`;
  return { script, licence: readFileSync(join(dirname(path), 'LICENSE'), 'utf8') };
}

function folderIn(root: string): string {
  return join(root, 'labextensions', name);
}

function manifestIn(folder: string): Manifest | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
  } catch {
    return undefined;
  }
}

function refuseOthers(folder: string): void {
  if (existsSync(folder) && manifestIn(folder)?.name !== name)
    throw new UserError(
      `'${folder}' is not an extension of rewardlab's`,
      'move it away, or choose another place with --prefix DIR',
    );
}

function holds(path: string, content: string): boolean {
  return existsSync(path) && readFileSync(path, 'utf8') === content;
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
