/** A run on a terminal: one line that changes in place. In a pipe: what was left out, and the end. */
import type { TrainEvent } from '../train/job.ts';
import { advance, endText, losses, noProgress, progressText } from './progress.ts';

const redrawMs = 100;

export interface TerminalProgress {
  take(event: TrainEvent): void;
}

export function terminalProgress(
  stream: NodeJS.WriteStream,
  now: () => number = Date.now,
): TerminalProgress {
  let progress = noProgress;
  let drawn = 0;
  let dropped: string | undefined;
  const clear = (): void => {
    if (stream.isTTY) stream.write('\r\u001b[K');
  };
  return {
    take(event) {
      progress = advance(progress, event, now());
      if (event.type === 'plan') {
        const text = event.plan.approximate ? undefined : losses(event.plan);
        if (text !== undefined && text !== dropped) {
          clear();
          stream.write(`${text}\n`);
        }
        dropped = text ?? dropped;
      }
      if (event.type === 'end') {
        clear();
        stream.write(`${endText(progress)}\n`);
      } else if (stream.isTTY && now() - drawn >= redrawMs) {
        drawn = now();
        stream.write(`\r\u001b[K${progressText(progress, (stream.columns || 80) - 1)}`);
      }
    },
  };
}
