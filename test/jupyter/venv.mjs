/**
 * Python environments that tests run in: `.venv` in the repository for Jupyter's own suites, others by name.
 * Each is made once, and again when its requirements change. Plain JavaScript for any Node from 18 on, because `npm test` on a
 * fresh clone comes here before anything else; one process at a time.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(dirname(here));

const jupyter = {
  name: '.venv',
  requirements: join(here, 'requirements.txt'),
  what: 'JupyterLab and the kernel test suite (a minute or two)',
};

/** Returns the path of the environment's python; throws a sentence where it cannot be made. */
export async function ensureVenv({ name, requirements, what } = jupyter) {
  const venv = join(root, name);
  const python =
    process.platform === 'win32'
      ? join(venv, 'Scripts', 'python.exe')
      : join(venv, 'bin', 'python');
  const wanted = createHash('sha256').update(readFileSync(requirements)).digest('hex');
  const stamp = join(venv, '.rewardlab-setup');
  if (existsSync(python) && existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted)
    return python;
  const started = Date.now();
  console.error(`setup: making a Python environment in ${name}`);
  rmSync(venv, { recursive: true, force: true });
  run(basePython(), ['-m', 'venv', venv], {
    venv,
    hint: "Python's venv module may be missing: on Debian and Ubuntu, `apt install python3-venv`",
  });
  console.error(`setup: installing ${what}`);
  run(python, ['-m', 'pip', 'install', '-qq', '--requirement', requirements], {
    venv,
    hint: 'pip needs the Python package index, or a mirror named by PIP_INDEX_URL',
  });
  writeFileSync(stamp, wanted);
  console.error(`setup: ${name} is ready after ${Math.round((Date.now() - started) / 1000)} s`);
  return python;
}

/** The newest name that answers; Python 3.10 is the oldest that JupyterLab's packages take. */
function basePython() {
  const names = process.platform === 'win32' ? ['python', 'py'] : ['python3', 'python'];
  const good = 'import sys; sys.exit(sys.version_info < (3, 10))';
  const found = names.find((name) => spawnSync(name, ['-c', good], { env }).status === 0);
  if (found) return found;
  throw new Error(
    `setup: Jupyter's own suites need Python 3.10 or newer, and none of ${names.join(', ')} is; install one from python.org and try again`,
  );
}

/** Without what npm and an outer Python environment would have pip believe. */
const env = Object.fromEntries(
  Object.entries(process.env).filter(
    ([name]) => !/^(npm_|NODE_|PYTHONHOME$|PYTHONPATH$|VIRTUAL_ENV$|__PYVENV)/i.test(name),
  ),
);

function run(command, args, { venv, hint }) {
  const { status, error } = spawnSync(command, args, {
    env,
    stdio: ['ignore', 2, 'inherit'],
  });
  if (status === 0) return;
  rmSync(venv, { recursive: true, force: true });
  throw new Error(
    `setup: \`${command} ${args.join(' ')}\` failed${error ? `: ${error.message}` : ''}; ${hint}`,
  );
}
