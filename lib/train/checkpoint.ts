/**
 * Checkpoints: a Hugging Face model folder, or an adapter's, plus the optimizer's tensors and the state of
 * the loop. What bears the name is whole.
 */
import { existsSync } from 'node:fs';
import { readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { OptimizerState, Value } from '../graph/executor.ts';
import type { Head, ModelConfig } from '../model/config.ts';
import { readTensors } from '../model/safetensors.ts';
import { saveModel } from '../model/save.ts';
import { writeTensors } from '../model/write-safetensors.ts';
import { unfinishedFolder, writeFolder } from '../write-folder.ts';

const plainState = z.record(
  z.string(),
  z.union([z.number(), z.string(), z.boolean(), z.array(z.number())]),
);

/** Where a run stands after a step: all that the loop needs besides weights and moments. */
export const loopState = z.object({
  step: z.int().min(0),
  /** The recipe's state after the step's batch. */
  batch: plainState.optional(),
  /** Training tokens so far. */
  numTokens: z.number(),
  /** Examples cut so far, and whether the exact plan was given. */
  cut: z.number(),
  planned: z.boolean(),
  /** The validation of this step was cut short: a resumed run begins with it. */
  owesValidation: z.boolean().optional(),
  /** Options set while running. */
  changed: z.record(z.string(), z.number()),
});
export type LoopState = z.infer<typeof loopState>;

export interface ModelFiles {
  config: ModelConfig;
  /** The recipe's: a language model becomes a reward model. */
  head: Head;
  /** The folder whose tokenizer goes along. */
  from: string;
  padId?: number;
}

export interface Snapshot {
  /** Those that are trained. */
  weights: ReadonlyMap<string, Value>;
  optimizer: OptimizerState;
  state: LoopState;
}

const stateFile = 'trainer_state.json';
const optimizerFile = 'optimizer.safetensors';
const folderPattern = /^global_step_(\d+)$/;

/** Writes `global_step_<N>` into a run folder and returns its path. */
export async function writeCheckpoint(
  run: string,
  model: ModelFiles,
  { weights, optimizer, state }: Snapshot,
): Promise<string> {
  return writeFolder(join(run, `global_step_${state.step}`), async (folder) => {
    await saveModel(folder, { ...model, weights });
    await writeTensors(join(folder, optimizerFile), momentTensors(optimizer));
    const whole = { ...state, optimizerStep: optimizer.step };
    await writeFile(join(folder, stateFile), JSON.stringify(whole, null, 2) + '\n');
  });
}

/** Writes the trained model to `final` in a run folder and returns its path. */
export function writeFinal(
  run: string,
  model: ModelFiles,
  weights: ReadonlyMap<string, Value>,
): Promise<string> {
  return writeFolder(join(run, 'final'), (folder) => saveModel(folder, { ...model, weights }));
}

/** VERL fills a checkpoint under its name, and then writes the step of it into this file of the run folder. */
const lastOfVerl = 'latest_checkpointed_iteration.txt';

/** The newest whole checkpoint of a run folder. */
export async function latestCheckpoint(
  run: string,
): Promise<{ path: string; step: number } | undefined> {
  const names = await readdir(run).catch(() => []);
  const last = await readFile(join(run, lastOfVerl), 'utf8').then(Number, () => 0);
  const whole = (step: number): boolean =>
    step <= last || existsSync(join(run, `global_step_${step}`, stateFile));
  const steps = names.flatMap((name) => folderPattern.exec(name)?.[1] ?? []).map(Number);
  const step = Math.max(0, ...steps.filter(whole));
  return step === 0 ? undefined : { path: join(run, `global_step_${step}`), step };
}

/** Clears away what processes left that ended while they wrote; nobody else may be writing. */
export async function tidyCheckpoints(run: string): Promise<void> {
  for (const name of await readdir(run)) {
    const [, whole, kind] = unfinishedFolder.exec(name) ?? [];
    if (whole === undefined || (whole !== 'final' && !folderPattern.test(whole))) continue;
    // Ended between the two renamings: what stood there before is all there is.
    const lost = kind === 'old' && !(await stat(join(run, whole)).catch(() => undefined));
    if (lost) await rename(join(run, name), join(run, whole));
    else await rm(join(run, name), { recursive: true });
  }
}

/** The loop's state and the optimizer's from a checkpoint; the weights load as of any model folder. */
export async function readCheckpoint(
  path: string,
): Promise<{ state: LoopState; optimizer: OptimizerState }> {
  const text = await readFile(join(path, stateFile), 'utf8');
  const { optimizerStep, ...state } = loopState
    .extend({ optimizerStep: z.int().min(0) })
    .parse(JSON.parse(text));
  const moments: OptimizerState['moments'] = new Map();
  const tensors = await readTensors(join(path, optimizerFile));
  for (const [name, first] of tensors) {
    const parameter = /^(.*)\.exp_avg$/.exec(name)?.[1];
    const second = parameter === undefined ? undefined : tensors.get(`${parameter}.exp_avg_sq`);
    if (parameter !== undefined && second) moments.set(parameter, { first, second });
  }
  return { state, optimizer: { step: optimizerStep, moments } };
}

/** Moments under PyTorch's names. */
function momentTensors({ moments }: OptimizerState): Map<string, Value> {
  const tensors = new Map<string, Value>();
  for (const [name, { first, second }] of moments) {
    tensors.set(`${name}.exp_avg`, first);
    tensors.set(`${name}.exp_avg_sq`, second);
  }
  return tensors;
}
