/** The JupyterLab extension as a folder: what is in it, how it comes and goes, and what its first script does. */
import { existsSync, globSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { runInNewContext } from 'node:vm';
import { parseSync } from 'oxc-parser';
import { afterEach, expect, test, vi } from 'vitest';
import { install, uninstall } from '../../../../bin/commands/install.ts';
import { containerScript } from '../../../../kernel/jupyter/lab/container.ts';
import {
  installedExtensions,
  installExtension,
  uninstallExtension,
} from '../../../../kernel/jupyter/lab/extension.ts';
import { version } from '../../../../lib/version.ts';
import { refusal } from '../../../lib/refusal.ts';
import { temporaryFolder } from '../../../lib/temporary.ts';

const prefix = temporaryFolder();
const data = join(prefix, 'share', 'jupyter');
const folder = join(data, 'labextensions', 'rewardlab');

afterEach(() => vi.unstubAllEnvs());

test('it is what JupyterLab reads of a prebuilt extension, and nothing is beside it', async () => {
  for (const time of [1, 2]) expect(await installExtension(prefix), `time ${time}`).toBe(folder);
  expect(readdirSync(dirname(folder))).toEqual(['rewardlab']);
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
  expect(manifest).toMatchObject({
    name: 'rewardlab',
    version,
    jupyterlab: { mimeExtension: true, _build: { mimeExtension: './mimeExtension' } },
  });
  expect(readFileSync(join(folder, manifest.jupyterlab._build.load), 'utf8')).toContain(
    '_JUPYTERLAB',
  );
  expect(readFileSync(join(folder, 'static/plotly.LICENSE'), 'utf8')).toContain('MIT');
});

test('its modules are JavaScript and import each other alone', async () => {
  await installExtension(prefix);
  const scripts = globSync('static/**/*.js', { cwd: folder });
  const imports = scripts.flatMap((script) => {
    const { module, errors } = parseSync(script, readFileSync(join(folder, script), 'utf8'), {
      lang: 'js',
    });
    expect(errors, script).toEqual([]);
    return module.staticImports.map(({ moduleRequest }) =>
      normalize(join(dirname(script), moduleRequest.value)),
    );
  });
  expect(imports.length).toBeGreaterThan(5);
  expect(imports.filter((path) => !scripts.includes(path))).toEqual([]);
  expect(scripts.filter((script) => script.endsWith('/plotly.js'))).toHaveLength(3);
});

test('Jupyter finds it, current until a file of it changes', async () => {
  vi.stubEnv('JUPYTER_PATH', data);
  vi.stubEnv('JUPYTER_DATA_DIR', join(prefix, 'nowhere'));
  vi.stubEnv('VIRTUAL_ENV', '');
  await installExtension(prefix);
  expect(await installedExtensions()).toEqual([{ folder, version, current: true }]);
  const path = join(folder, globSync('static/*/lib/display/plotly.js', { cwd: folder })[0]!);
  writeFileSync(path, 'export {};');
  expect(await installedExtensions()).toEqual([{ folder, version, current: false }]);
  expect(uninstallExtension(prefix)).toBe(folder);
  expect(await installedExtensions()).toEqual([]);
  expect(uninstallExtension(prefix)).toBeUndefined();
});

test('it comes with a kernel and goes with the last', async () => {
  const told = (text: string): string => text.replaceAll(data, '…');
  for (const name of ['one', 'two'])
    expect(told(await install({ prefix, name }))).toMatch(
      `installed the kernel '${name}' in …/kernels/${name}\nand live figures for JupyterLab in …/labextensions/rewardlab;`,
    );
  expect(told(await uninstall({ prefix, name: 'one' }))).toBe(
    "removed the kernel 'one' from …/kernels/one; the figures stay, for …/kernels/two",
  );
  expect(existsSync(folder)).toBe(true);
  expect(told(await uninstall({ prefix, name: 'two' }))).toBe(
    "removed the kernel 'two' from …/kernels/two, and the figures from …/labextensions/rewardlab",
  );
  expect(existsSync(folder)).toBe(false);
});

test("another's folder of that name is left alone", async () => {
  mkdirSync(folder, { recursive: true });
  for (const act of [installExtension, uninstallExtension])
    expect(await refusal(() => act(prefix), data)).toBe(
      "'labextensions/rewardlab' is not an extension of rewardlab's\n  move it away, or choose another place with --prefix DIR",
    );
});

test('a place that cannot be written is a sentence', async () => {
  const file = join(prefix, 'a-file');
  writeFileSync(file, '');
  expect(await refusal(() => installExtension(file), prefix)).toMatch(
    /^cannot write the JupyterLab extension to 'a-file\/share\/jupyter\/labextensions\/rewardlab': ENOTDIR/,
  );
});

test('its first script is a container that keeps what is shared and refuses what it has not', async () => {
  const window: { _JUPYTERLAB?: Record<string, Container> } = {};
  const document = {
    currentScript: { src: 'http://127.0.0.1/lab/extensions/rewardlab/static/x.js' },
  };
  runInNewContext(containerScript('rewardlab', 'hash/entry.js'), { window, document, URL });
  const container = window._JUPYTERLAB!['rewardlab']!;
  container.init({});
  await expect(container.get('./style')).rejects.toThrow('there is no module ./style');
});

interface Container {
  init(scope: object): void;
  get(module: string): Promise<() => unknown>;
}

interface Manifest {
  jupyterlab: { _build: { load: string } };
}
