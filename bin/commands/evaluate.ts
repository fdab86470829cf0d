/** `rewardlab evaluate` and `rewardlab score`. */
import { plainLine } from '../../lib/display/escape.ts';
import { evaluate } from '../../lib/evaluate/evaluate.ts';
import { score } from '../../lib/evaluate/score.ts';

export interface ModelFlags {
  data: string[];
  json?: boolean;
  threads?: number;
  maxLength?: number;
}

/** Metrics on stdout, one a line or as one JSON object; left-out rows and progress on stderr. */
export async function evaluateCommand(model: string, flags: ModelFlags): Promise<void> {
  const { json, ...options } = flags;
  const { dropped, ...metrics } = await evaluate({
    model,
    ...options,
    onProgress: counter('rows'),
  });
  sayDropped(dropped);
  if (json) console.log(JSON.stringify(metrics));
  else
    for (const [name, value] of Object.entries(metrics)) console.log(`${name.padEnd(12)}${value}`);
}

export async function scoreCommand(
  model: string,
  flags: ModelFlags & { output: string },
): Promise<void> {
  const { rows, columns, dropped } = await score({ model, ...flags, onProgress: counter('rows') });
  sayDropped(dropped);
  console.error(
    `wrote ${rows.toLocaleString('en-US')} rows with ${columns.join(', ')} to ${plainLine(flags.output)}`,
  );
}

function sayDropped(dropped: Record<string, number>): void {
  for (const [reason, count] of Object.entries(dropped))
    console.error(`${count} without a reward: ${plainLine(reason)}`);
}

/** One line that changes in place, on a terminal only. */
function counter(what: string): (done: number, all: number) => void {
  const { stderr } = process;
  if (!stderr.isTTY) return () => undefined;
  return (done, all) =>
    void stderr.write(
      `\r\u001b[K${done < all ? `${done.toLocaleString('en-US')} of ${all.toLocaleString('en-US')} ${what}` : ''}`,
    );
}
