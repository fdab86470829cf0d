/** Installing and removing the kernelspec, and what is left alone. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import {
  displayName,
  installedKernels,
  installKernel,
  uninstallKernel,
} from '../../../kernel/jupyter/kernelspec.ts';
import { refusal } from '../../lib/refusal.ts';
import { temporaryFolder } from '../../lib/temporary.ts';

const prefix = temporaryFolder();
const kernels = join(prefix, 'share', 'jupyter', 'kernels');

afterEach(() => vi.unstubAllEnvs());

test('goes under a prefix, whole, and again in its own place', async () => {
  for (const time of [1, 2]) {
    expect(await installKernel({ prefix }), `time ${time}`).toBe(join(kernels, 'rewardlab'));
    expect(readdirSync(kernels)).toEqual(['rewardlab']);
    expect(readdirSync(join(kernels, 'rewardlab'))).toEqual(['kernel.json', 'logo-svg.svg']);
  }
  const spec = JSON.parse(readFileSync(join(kernels, 'rewardlab/kernel.json'), 'utf8')) as {
    argv: string[];
  };
  expect(spec).toMatchObject({
    display_name: displayName,
    language: 'typescript',
    interrupt_mode: 'message',
    kernel_protocol_version: '5.5',
  });
  expect(spec.argv[0]).toBe(process.execPath);
  expect(spec.argv.at(-1)).toBe('{connection_file}');
});

test("Jupyter's Python, where there is one, starts it", async () => {
  const python = join(prefix, 'bin', 'python3');
  mkdirSync(join(prefix, 'bin'));
  writeFileSync(python, '');
  const folder = await installKernel({ prefix: relative(process.cwd(), prefix) });
  rmSync(python);
  const { argv } = JSON.parse(readFileSync(join(folder, 'kernel.json'), 'utf8')) as {
    argv: string[];
  };
  expect(argv.slice(0, 3)).toEqual([python, '-I', '-S']);
  expect(argv[3]).toMatch(/hold-ports\.py$/);
  expect(existsSync(argv[3]!)).toBe(true);
  expect(argv[4]).toBe(process.execPath);
});

test('is found where Jupyter looks, under any name, and removed', async () => {
  const place = { prefix, name: 'mine-2.1' };
  const folder = await installKernel(place);
  vi.stubEnv('JUPYTER_PATH', join(prefix, 'share', 'jupyter'));
  vi.stubEnv('JUPYTER_DATA_DIR', join(prefix, 'nowhere'));
  vi.stubEnv('VIRTUAL_ENV', '');
  expect(installedKernels()).toContain(folder);
  expect(await uninstallKernel(place)).toBe(folder);
  expect(existsSync(folder)).toBe(false);
  expect(installedKernels()).not.toContain(folder);
  expect(await refusal(() => uninstallKernel(place), kernels)).toMatch(
    /^no kernel at 'mine-2\.1'\n/,
  );
});

test("goes to the user's own kernels without a prefix", async () => {
  vi.stubEnv('JUPYTER_DATA_DIR', join(prefix, 'data'));
  expect(await installKernel()).toBe(join(prefix, 'data', 'kernels', 'rewardlab'));
  await uninstallKernel();
});

test.each(['', '.', '..', '../other', 'a b', '-x', 'a/b'])(
  'the name %j is refused',
  async (name) => {
    const sentence = /^a kernel's name has letters, digits, .*, got '(.*)'$/;
    for (const act of [installKernel, uninstallKernel])
      expect(sentence.exec(await refusal(() => act({ prefix, name })))?.[1]).toBe(name);
  },
);

test('another kernel of that name is neither replaced nor removed', async () => {
  const place = { prefix, name: 'python3' };
  const folder = join(kernels, 'python3');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'kernel.json'), '{ "display_name": "Python 3" }');
  for (const act of [installKernel, uninstallKernel])
    expect(await refusal(() => act(place), kernels)).toBe(
      `'python3' is another kernel\n  choose another name with --name NAME`,
    );
  expect(readdirSync(folder)).toEqual(['kernel.json']);
});

test('a place that cannot be written is a sentence', async () => {
  const file = join(prefix, 'a-file');
  writeFileSync(file, '');
  expect(await refusal(() => installKernel({ prefix: file }), prefix)).toMatch(
    /^cannot write the kernel to 'a-file\/share\/jupyter\/kernels\/rewardlab': ENOTDIR.*\n {2}choose another place with --prefix DIR$/,
  );
});
