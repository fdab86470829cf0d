/**
 * What `npm start` and `npm test` run first: brings a fresh clone to where they can run, one line a
 * step, and does nothing when all is there. Plain JavaScript for any Node from 18 on, because the
 * Node that the project runs on is itself among the things installed here.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, 'node_modules');

installPackages();
checkNode();
if (process.env.npm_lifecycle_event === 'pretest') {
  const { ensureVenv } = await import('../test/jupyter/venv.mjs');
  try {
    await ensureVenv();
  } catch (error) {
    console.error(`setup: ${error.message}`);
    process.exit(1);
  }
}

function installPackages() {
  const lock = readFileSync(join(root, 'package-lock.json'));
  const wanted = createHash('sha256').update(lock).digest('hex');
  const stamp = join(modules, '.rewardlab-setup');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  const started = Date.now();
  console.log('setup: installing packages from the lock (about a minute the first time)');
  run(process.platform === 'win32' ? 'npm.cmd' : 'npm', [
    'ci',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ]);
  writeFileSync(stamp, wanted);
  console.log(`setup: packages installed in ${Math.round((Date.now() - started) / 1000)} s`);
}

/** The Node that npm scripts will find: the one in node_modules/.bin, else this one. */
function checkNode() {
  const local = join(modules, '.bin', 'node');
  const version = existsSync(local)
    ? spawnSync(local, ['--version'], { encoding: 'utf8' }).stdout
    : process.version;
  const [major, minor] = version.replace('v', '').split('.').map(Number);
  if (major > 22 || (major === 22 && minor >= 18)) return;
  console.error(
    `setup: rewardlab needs Node 22.18 or newer, found ${version.trim()}; install one from nodejs.org and try again`,
  );
  process.exit(1);
}

function run(command, args) {
  // onnxruntime-node's own script downloads CUDA files that we do not use.
  const env = { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip', NODE_ENV: 'development' };
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    env,
    shell: process.platform === 'win32',
  });
  if (status === 0) return;
  console.error(
    `setup: \`${command} ${args.join(' ')}\` failed${error ? `: ${error.message}` : ''}; its own words are above`,
  );
  process.exit(1);
}
