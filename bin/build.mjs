/** Builds `dist/` for the package: TypeScript to JavaScript, and the files that are not TypeScript. */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, globSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
rmSync(join(root, 'dist'), { recursive: true, force: true });
compile('tsconfig.build.json');
// What runs in JupyterLab's page has other types around it.
compile('kernel/jupyter/lab/page', '--noEmit', 'false', '--outDir', 'dist', '--rootDir', '.');
for (const asset of globSync('{kernel,lib,repl}/**/*.{svg,png,json,py}', { cwd: root })) {
  if (asset.endsWith('tsconfig.json')) continue;
  cpSync(join(root, asset), join(root, 'dist', asset));
}
if (!existsSync(join(root, 'dist/bin/rewardlab.js'))) process.exit(1);

function compile(project, ...options) {
  const { status } = spawnSync(
    process.execPath,
    [join(root, 'node_modules/typescript/bin/tsc'), '-p', project, ...options],
    { cwd: root, stdio: 'inherit' },
  );
  if (status !== 0) process.exit(status ?? 1);
}
