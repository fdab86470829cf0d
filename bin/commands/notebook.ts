/** `rewardlab notebook run` and `rewardlab notebook verify`. */
import { UserError } from '../../lib/errors.ts';
import { arithmetic } from '../../lib/train/machine.ts';
import { runNotebook } from '../../kernel/jupyter/notebook.ts';
import { verifyNotebook } from '../../kernel/jupyter/verify.ts';
import { notebookView } from './notebook-view.ts';

/** Returns the exit code: 1 where a cell failed. */
export async function runCommand(
  file: string,
  { output, parameter = [] }: { output?: string; parameter?: string[] },
): Promise<number> {
  const view = notebookView(process.stdout);
  const { failed } = await runNotebook(file, {
    ...(output !== undefined && { output }),
    parameters: parametersOf(parameter),
    signal: interrupts(),
    onCell: (cell) => view.cell(cell),
    onMessage: (message) => view.message(message),
  });
  view.end();
  console.error(
    failed
      ? `cell ${failed.index + 1} of '${file}' failed: ${failed.message}`
      : `wrote ${output ?? file}`,
  );
  return failed ? 1 : 0;
}

/** Returns the exit code: 1 where a figure differs or a cell failed. */
export async function verifyCommand(files: readonly string[]): Promise<number> {
  let wrong = 0;
  for (const file of files) {
    const verification = await verifyNotebook(file, { signal: interrupts() });
    const { figures, differences, elsewhere, failed } = verification;
    for (const other of elsewhere)
      console.log(
        `${file}: recorded on '${other}', here '${arithmetic()}': figures may differ by the limits recorded with them`,
      );
    for (const { name, cell, recorded, found, within } of differences) {
      const apart = within > 0 && found !== undefined ? `, more than ${within} apart` : '';
      console.log(
        `${file}: ${name} (cell ${cell + 1}): recorded ${recorded ?? 'nothing'}, found ${found ?? 'nothing'}${apart}`,
      );
    }
    if (failed) console.log(`${file}: cell ${failed.index + 1} failed: ${failed.message}`);
    else if (differences.length === 0) console.log(`${file}: ${figures} figures reproduced`);
    if (failed || differences.length > 0) wrong++;
  }
  return wrong > 0 ? 1 : 0;
}

/** `name value` pairs; a value that is JSON is taken as such. */
function parametersOf(words: readonly string[]): Record<string, unknown> {
  if (words.length % 2 === 1)
    throw new UserError(`-p takes a name and a value, got '${words.at(-1)!}' without a value`);
  const pairs = words.flatMap((name, i) =>
    i % 2 === 0 ? [[name, jsonOrText(words[i + 1]!)] as const] : [],
  );
  return Object.fromEntries(pairs);
}

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** The first Ctrl-C interrupts the cell, so that it can say what it kept; the second ends us. */
function interrupts(): AbortSignal {
  const controller = new AbortController();
  process.once('SIGINT', () => controller.abort());
  return controller.signal;
}
