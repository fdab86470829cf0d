/** A kernel and the process that started it: it ends with that, however that ends, unless it was left. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { connect } from '../../../kernel/jupyter/client.ts';
import { startKernel } from '../../../kernel/jupyter/start.ts';
import { ownModule } from '../../../lib/own-process.ts';
import { temporaryFolder } from '../../lib/temporary.ts';

const folder = temporaryFolder();

/** Starts a kernel, whose session writes its process id to a file; leaves the kernel where told to. */
const program = `
  import { startKernel } from ${JSON.stringify(ownModule('kernel/jupyter/start').href)};
  const kernel = await startKernel({ cwd: ${JSON.stringify(folder)} });
  await kernel.client.execute("require('node:fs').writeFileSync('pid', String(process.pid))");
  console.log(kernel.connectionFile);
  if (process.argv.includes('--leave')) kernel.leave();
`;

/** A process that runs the program. Its stderr is the kernel's too, and closes when both have ended. */
async function starter(...words: string[]) {
  const loader = ownModule('lib/typescript-loader').href;
  const child = spawn(
    process.execPath,
    ['--import', loader, '--input-type=module', '-e', program, '--', ...words],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  child.stderr.resume();
  const [file] = (await once(createInterface(child.stdout), 'line')) as [string];
  const allEnded = once(child.stderr, 'close');
  return { child, file, session: Number(readFileSync(join(folder, 'pid'), 'utf8')), allEnded };
}

test('a kernel ends, and its session, when its starter is killed', async () => {
  const { child, file, session, allEnded } = await starter();
  child.kill('SIGKILL');
  await allEnded;
  expect(() => process.kill(session, 0)).toThrow('ESRCH');
  expect(existsSync(file)).toBe(false);
});

test('a kernel that was left outlives its starter', async () => {
  const { child, file, allEnded } = await starter('--leave');
  await once(child, 'exit');
  const client = await connect(file);
  expect(await client.info()).toMatchObject({ implementation: 'rewardlab' });
  await client.shutdown();
  client.close();
  await allEnded;
  expect(existsSync(file)).toBe(false);
});

test('what a cell did to the session costs no history', async () => {
  const env = { ...process.env, REWARDLAB_HISTORY: join(folder, 'history.sqlite') };
  const first = await startKernel({ cwd: folder, env });
  await first.client.execute('process.exit(3)');
  await first.close();
  const second = await startKernel({ cwd: folder, env });
  expect(await second.client.tail(5)).toEqual(['process.exit(3)']);
  await second.close();
});
