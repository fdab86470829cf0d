/** `npm start`: the first tutorial through a real session, live, and what to try next. */
import { cpSync, mkdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { isUserError } from '../lib/errors.ts';
import { runCommand } from './commands/notebook.ts';

const notebooks = join(import.meta.dirname, '../notebooks');
const workshop = join(process.cwd(), 'runs', 'tutorial');

try {
  mkdirSync(workshop, { recursive: true });
  for (const part of ['bradley-terry.ipynb', 'data', 'model'])
    cpSync(join(notebooks, part), join(workshop, part), { recursive: true });
  const notebook = join(workshop, 'bradley-terry.ipynb');
  const started = Date.now();
  process.exitCode = await runCommand(notebook, {});
  if (process.exitCode === 0) sayWhatIsNext(Date.now() - started);
} catch (error) {
  if (!isUserError(error)) throw error;
  console.error(error.message + (error.hint ? `\n  ${error.hint}` : ''));
  process.exitCode = 1;
}

function sayWhatIsNext(milliseconds: number): void {
  const here = relative(process.cwd(), workshop);
  console.log(`
That took ${Math.round(milliseconds / 1000)} s. The executed notebook and the run folders are in ${here}/.

What to try next
  npm run -s rewardlab                          the terminal: cells, magics, the same figures
  npm run -s rewardlab -- install               the kernel for JupyterLab; then open notebooks/bradley-terry.ipynb
  npm run -s rewardlab -- train --help          every recipe and option
  npm run -s rewardlab -- notebook verify notebooks/bradley-terry.ipynb
  npm run -s rewardlab -- doctor                what this machine has and what each engine lacks`);
}
