/** A run on a terminal: one line that changes in place. In a pipe: its size, what was left out, the end. */
import type { TrainEvent } from '../train/job.ts';
import { advance, noProgress, progressText } from './progress.ts';
import { endText, lossTeller } from './run-text.ts';

const redrawMs = 100;

export interface TerminalProgress {
  take(event: TrainEvent): void;
  /** Erases the line, where something else is to be written: an error, a prompt. */
  clear(): void;
}

export interface TerminalOptions {
  /** Milliseconds. */
  now?: () => number;
  /** Paths are shown from here. */
  cwd?: string;
}

/** Follows one run on `stream`, which is a terminal or not. */
export function terminalProgress(
  stream: NodeJS.WriteStream,
  { now = Date.now, cwd = process.cwd() }: TerminalOptions = {},
): TerminalProgress {
  const lossesOf = lossTeller();
  let progress = noProgress;
  let drawn = -Infinity;
  const clear = (): void => {
    if (stream.isTTY) stream.write('\r\u001b[K');
  };
  const say = (text: string | undefined): void => {
    if (text === undefined) return;
    clear();
    stream.write(`${text}\n`);
  };
  return {
    clear,
    take(event) {
      const first = progress.plan === undefined;
      progress = advance(progress, event, now());
      if (event.type === 'plan') {
        const { steps, rows } = event.plan;
        if (first) say(`${counted(rows.train, 'training row')}, ${counted(steps, 'step')}`);
        say(lossesOf(event.plan));
      }
      if (event.type === 'end') say(endText(progress, { cwd, command: 'rewardlab train' }));
      else if (stream.isTTY && now() - drawn >= redrawMs) {
        drawn = now();
        stream.write(`\r\u001b[K${progressText(progress, (stream.columns || 80) - 1)}`);
      }
    },
  };
}

function counted(count: number, noun: string): string {
  return `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`;
}
