/** Commands, followed between two steps: stop, save, pause and resume, set. */
import type { LoopState } from './checkpoint.ts';
import type { CommandQueue } from './commands.ts';
import type { JobCommand, TrainEvent } from './job.ts';
import type { TrainingOptions } from './options.ts';

export interface Controlled {
  commands: CommandQueue;
  state: LoopState;
  /** Told what was not done, and why. */
  notice?: (sentence: string) => void;
}

/** Options that may be set while the job runs, and what they may be set to. */
const settable: Partial<Record<string, (value: number) => boolean>> = {
  learning_rate: (value) => value > 0,
  weight_decay: (value) => value >= 0,
  max_grad_norm: (value) => value > 0,
  eval_steps: (value) => Number.isInteger(value) && value > 0,
  save_steps: (value) => Number.isInteger(value) && value > 0,
} satisfies Partial<Record<keyof TrainingOptions, (value: number) => boolean>>;

/** The options that a running job lets be set. */
export const settableOptions: readonly string[] = Object.keys(settable);

/** Why an option cannot be set to a value while a job runs; undefined where it can. */
export function unsettable({
  option,
  value,
}: {
  option: string;
  value: number;
}): string | undefined {
  if (settable[option.replaceAll('-', '_')]?.(value)) return undefined;
  return `cannot set ${option} to ${value} while running; ${settableOptions.join(', ')} can be`;
}

/** Follows the commands that have come and waits while paused. Returns whether to stop. */
export async function* obey(
  run: Controlled,
  save: () => AsyncGenerator<TrainEvent>,
): AsyncGenerator<TrainEvent, boolean, undefined> {
  let paused = false;
  do {
    if (paused) await run.commands.arrival();
    for (const command of run.commands.take()) {
      if (command.type === 'stop') return true;
      if (command.type === 'save') yield* save();
      else if (command.type === 'set') yield* set(run, command);
      else paused = command.type === 'pause';
    }
  } while (paused);
  return false;
}

function* set(
  { state, notice }: Controlled,
  { option, value }: Extract<JobCommand, { type: 'set' }>,
): Generator<TrainEvent> {
  const name = option.replaceAll('-', '_');
  const problem = unsettable({ option, value });
  if (problem !== undefined) {
    notice?.(problem);
    return;
  }
  state.changed[name] = value;
  yield { type: 'set', step: state.step, option: name, value };
}
