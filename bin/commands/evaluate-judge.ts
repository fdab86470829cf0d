/** `rewardlab evaluate` of a language model: its verdicts, and how good a judge they make it. */
import { resolve } from 'node:path';
import { describeOptions } from '../../lib/command/describe.ts';
import { readOptions } from '../../lib/command/read-options.ts';
import { dataFiles } from '../../lib/data/files.ts';
import { openRows } from '../../lib/data/rows.ts';
import { plainLine } from '../../lib/display/escape.ts';
import { judgeText } from '../../lib/display/judge.ts';
import { placeText } from '../../lib/display/place.ts';
import { UserError } from '../../lib/errors.ts';
import { evaluateJudge } from '../../lib/evaluate/evaluate-judge.ts';
import { openJudge } from '../../lib/evaluate/judge-model.ts';
import { judgeOptions, type JudgeOptions } from '../../lib/evaluate/judge-options.ts';
import { verdictFile, type VerdictFile } from '../../lib/evaluate/verdict-file.ts';

export interface JudgeCommand {
  /** Folder of the model. */
  model: string;
  data: readonly string[];
  /** Flags of judges, as they were typed. */
  words: readonly string[];
  json: boolean;
  threads?: number;
}

/**
 * Figures on stdout, as text or one JSON object; rows that were left out on stderr. Where it does not come
 * to its end, the verdicts until then are kept.
 */
export async function evaluateJudgeCommand(command: JudgeCommand): Promise<void> {
  const { output, ...options } = judgeFlags(command.words);
  const rows = await openRows(await dataFiles(command.data, process.cwd()));
  const verdicts = output === null ? undefined : verdictFile(resolve(output));
  const interrupted = (): void => {
    sayKept(verdicts);
    process.exit(130);
  };
  process.once('SIGINT', interrupted);
  try {
    await using model = await openJudge(command.model, {
      ...(command.threads !== undefined && { threads: command.threads }),
    });
    const { notes, ...found } = await evaluateJudge({
      ...{ model, rows, options },
      ...(verdicts && { onVerdict: verdicts.add }),
    });
    for (const note of notes) console.error(plainLine(note));
    if (found.rows === 0) throw new UserError('no row could be judged');
    await verdicts?.finish();
    console.log(command.json ? JSON.stringify(found) : judgeText(found));
  } catch (error) {
    sayKept(verdicts);
    throw error;
  } finally {
    process.off('SIGINT', interrupted);
  }
}

function sayKept(verdicts: VerdictFile | undefined): void {
  const kept = verdicts?.leave();
  if (!kept) return;
  const rows = kept.verdicts === 1 ? '1 row' : `${kept.verdicts.toLocaleString('en-US')} rows`;
  const place = placeText(process.cwd(), kept.path);
  console.error(`\nthe verdicts on ${rows} are kept in ${place}`);
}

/** Throws a `UserError` that names every flag which is none, or holds what it cannot. */
export function judgeFlags(words: readonly string[]): JudgeOptions {
  const flags = describeOptions(judgeOptions).map(({ flag }) => flag);
  return readOptions(words, judgeOptions, {
    refusal: 'evaluate cannot use these options of a judge',
    hint: `those of a judge are ${flags.join(' ')}`,
  });
}
