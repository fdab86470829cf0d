/** `rewardlab evaluate` and `rewardlab score`. */
import { dataFiles } from '../../lib/data/files.ts';
import { holdsCandidates } from '../../lib/data/judge-candidates.ts';
import { openRows, type Rows } from '../../lib/data/rows.ts';
import { plainLine } from '../../lib/display/escape.ts';
import { judgeText } from '../../lib/display/judge.ts';
import { UserError } from '../../lib/errors.ts';
import { evaluate, type Evaluation } from '../../lib/evaluate/evaluate.ts';
import {
  evaluateConversations,
  holdsConversations,
  type ConversationEvaluation,
} from '../../lib/evaluate/evaluate-conversations.ts';
import { score } from '../../lib/evaluate/score.ts';
import { scoreCandidates } from '../../lib/evaluate/score-candidates.ts';
import { readConfig } from '../../lib/model/config.ts';
import { resolveModel } from '../../lib/model/hub.ts';
import { RewardModel } from '../../lib/worker/reward-model.ts';
import { evaluateJudgeCommand } from './evaluate-judge.ts';
import { interruptible } from './interruptible.ts';

export interface ModelFlags {
  data: string[];
  json?: boolean;
  threads?: number;
  maxLength?: number;
}

/**
 * Metrics on stdout, one a line or as one JSON object; left-out rows and progress on stderr. `words` are
 * flags that only judges have.
 */
export async function evaluateCommand(
  model: string,
  words: readonly string[],
  flags: ModelFlags,
): Promise<void> {
  const { json = false, ...given } = flags;
  // Rows first: they are the smaller download.
  const options = { ...given, data: await dataFiles(given.data, process.cwd()) };
  const folder = await resolveModel(model);
  const { head } = await readConfig(folder);
  if (head === 'causal' && words.length === 0 && (await ofConversations(options.data))) {
    print(await evaluateConversations({ model: folder, ...options }), json);
    return;
  }
  if (head === 'causal') return evaluateJudgeCommand({ model: folder, words, json, ...options });
  if (words.length > 0)
    throw new UserError(
      `evaluate: no such options for a reward model: ${words.join(' ')}`,
      'evaluate --help lists them',
    );
  const rows = await openRows(options.data);
  if (holdsCandidates(rows)) return bestOfN(folder, rows, { json, ...options });
  print(await evaluate({ model: folder, ...options }), json);
}

function ofConversations(data: readonly string[]): Promise<boolean> {
  return openRows(data).then(holdsConversations);
}

function print({ dropped, ...metrics }: Evaluation | ConversationEvaluation, json: boolean): void {
  sayDropped(dropped, 'left out');
  if (json) console.log(JSON.stringify(metrics));
  else
    for (const [name, value] of Object.entries(metrics)) console.log(`${name.padEnd(16)}${value}`);
}

/** A reward model on RewardBench 2's layout. */
async function bestOfN(
  folder: string,
  rows: Rows,
  { json, ...options }: Omit<ModelFlags, 'data'>,
): Promise<void> {
  await using model = await RewardModel.load(folder, options);
  const { notes, ...found } = await scoreCandidates(model, rows);
  for (const note of notes) console.error(plainLine(note));
  console.log(json ? JSON.stringify(found) : judgeText(found));
}

/** Returns the exit code: 130 where it was interrupted. */
export async function scoreCommand(
  model: string,
  flags: ModelFlags & { output: string },
): Promise<number> {
  // Before interrupts are caught: one ends a download at once, and what came is kept.
  const folder = await resolveModel(model);
  return interruptible(async (signal) => {
    const { rows, columns, dropped } = await score({ model: folder, ...flags, signal });
    sayDropped(dropped, 'without a reward');
    console.error(
      `wrote ${rows.toLocaleString('en-US')} rows with ${columns.join(', ')} to ${plainLine(flags.output)}`,
    );
  });
}

function sayDropped(dropped: Record<string, number>, left: string): void {
  for (const [reason, count] of Object.entries(dropped))
    console.error(`${count} ${left}: ${plainLine(reason)}`);
}
