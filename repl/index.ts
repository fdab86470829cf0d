/**
 * The terminal's door: a prompt on a terminal, cells from a pipe. Puts the parts together; what is
 * heavy is loaded after the prompt is shown.
 */
import { text } from 'node:stream/consumers';
import { setImmediate } from 'node:timers/promises';
import { isUserError } from '../lib/errors.ts';
import { showEarly } from './early.ts';
import type { Kernel } from './kernel/kernel.ts';
import { continuation, inPrompt, takesColours, themeOf } from './theme.ts';

export interface ReplOptions {
  /** Connection file of a live kernel to attach to; without it a kernel is started. */
  existing?: string;
  /** The folder that cells run in. */
  cwd: string;
  stdin: NodeJS.ReadStream;
  stdout: NodeJS.WriteStream;
  stderr: NodeJS.WriteStream;
}

/** Runs until the person leaves or the input ends; resolves with the exit code. */
export async function runRepl(options: ReplOptions): Promise<number> {
  const { stdin, stdout } = options;
  try {
    return await (stdin.isTTY && stdout.isTTY ? onTerminal(options) : fromPipe(options));
  } catch (error) {
    if (!isUserError(error)) throw error;
    options.stderr.write(`${error.message}\n${error.hint ? `  ${error.hint}\n` : ''}`);
    return 1;
  }
}

async function openKernel(
  { existing, cwd }: ReplOptions,
  options: { history?: boolean } = {},
): Promise<Kernel> {
  const { attach, start } = await import('./kernel/jupyter.ts');
  return existing === undefined ? start(cwd, options) : attach(existing);
}

async function fromPipe(options: ReplOptions): Promise<number> {
  const { stdin, stdout, stderr } = options;
  // A program is no history of what was typed.
  const opening = openKernel(options, { history: false });
  const [kernel, source] = await Promise.all([opening, text(stdin)]);
  const { promise: stopped, resolve: stop } = Promise.withResolvers<number>();
  const interrupted = (): void => stop(130);
  // Whoever reads our output has enough of it, as `head` does.
  const unread = (): void => stop(141);
  process.once('SIGINT', interrupted);
  stdout.on('error', unread);
  try {
    const { runPiped } = await import('./piped.ts');
    const streams = { stdout, stderr, colours: takesColours(stderr) };
    return await Promise.race([runPiped(kernel, source, streams), stopped]);
  } finally {
    process.off('SIGINT', interrupted);
    await kernel.close();
  }
}

async function onTerminal(options: ReplOptions): Promise<number> {
  const { existing, stdin, stdout, stderr } = options;
  const theme = themeOf(takesColours(stdout));
  const prompt = inPrompt(existing === undefined ? 1 : undefined);
  const early = showEarly(stdin, stdout, {
    text: theme.prompt(prompt),
    width: continuation(prompt).length,
  });
  // Loading is not interrupted by keys, so between what is loaded they are given their turn.
  await setImmediate();
  const starting = openKernel(options);
  starting.catch(() => undefined);
  await setImmediate();
  const { runTerminal } = await import('./terminal.ts');
  return runTerminal({
    attached: existing !== undefined,
    starting,
    beforeMount: () => early.end(),
    ...{ theme, stdin, stdout, stderr },
  });
}
