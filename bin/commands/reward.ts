/** `rewardlab reward`: what the completions in files are worth, one JSON object a row. */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { resolve } from 'node:path';
import { z } from 'zod';
import { optionLines } from '../../lib/command/help.ts';
import { readOptions } from '../../lib/command/read-options.ts';
import { dataFiles } from '../../lib/data/files.ts';
import { openRows, type Row } from '../../lib/data/rows.ts';
import { checkOutput, jsonLines, writeRows } from '../../lib/data/write-rows.ts';
import { plainLine } from '../../lib/display/escape.ts';
import { UserError, unknownName } from '../../lib/errors.ts';
import { pairwiseOptions, pointwiseOptions } from '../../lib/reward/options.ts';
import { pairwiseRewards, pointwiseRewards, rewardRows } from '../../lib/reward/reward-rows.ts';
import { isRefused, rewardSummary, type RewardSummary } from '../../lib/reward/summary.ts';

const common = {
  reward: true,
  reward_compat: true,
  repaired_reward: true,
  format_reward: true,
} as const;
const invocation = {
  output: z.string().nullable().default(null).describe('write the rewards to this file'),
  json: z.boolean().default(false).describe('print the totals as JSON, where rewards go to a file'),
};
const kinds = {
  pairwise: pairwiseOptions.pick({ ...common, ties: true }).extend(invocation),
  pointwise: pointwiseOptions
    .pick({ ...common, decay: true, min_score: true, max_score: true, attribute: true })
    .extend(invocation),
};
type Kind = keyof typeof kinds;

export interface RewardStreams {
  stdout: NodeJS.WritableStream;
  /** Takes a line for the person, who reads stderr. */
  say: (line: string) => void;
}

/** Throws a `UserError` for what cannot be read or is no option, and where no row has a reward. */
export async function rewardCommand(
  words: readonly string[],
  { stdout, say }: RewardStreams = { stdout: process.stdout, say: console.error },
): Promise<void> {
  const [kind = '', ...rest] = words;
  if (words.includes('--help') || kind === '') {
    stdout.write(`${help()}\n`);
    return;
  }
  if (kind !== 'pairwise' && kind !== 'pointwise')
    throw unknownName('kind of judge', kind, Object.keys(kinds));
  const begin = rest.findIndex((word) => word.startsWith('--'));
  const files = begin < 0 ? rest : rest.slice(0, begin);
  if (files.length === 0)
    throw new UserError(
      `reward ${kind}: expected a file of completions`,
      `rewardlab reward ${kind} FILE.jsonl`,
    );
  const given = begin < 0 ? [] : rest.slice(begin);
  const { output, json, reward } = choose(kind, given);
  if (output !== null) checkOutput(output);
  const rows = await openRows(await dataFiles(files, process.cwd()));
  const summary = rewardSummary();
  const lines = results(rewardRows(rows, reward), summary);
  if (output !== null) await writeRows(resolve(output), columns(lines));
  else await pipeline(Readable.from(jsonLines(lines)), stdout, { end: false });
  for (const sentence of summary.sentences()) say(plainLine(sentence));
  if (output !== null && json) stdout.write(`${JSON.stringify(summary.totals())}\n`);
  if (summary.totals().rewarded === 0) throw new UserError('no row has a reward');
}

function choose(kind: Kind, words: readonly string[]) {
  const refusing = {
    refusal: `reward ${kind} cannot use these options`,
    hint: 'reward --help lists them all',
  };
  if (kind === 'pairwise') {
    const { output, json, ...rest } = readOptions(words, kinds.pairwise, refusing);
    return { output, json, reward: pairwiseRewards(rest) };
  }
  const { output, json, ...rest } = readOptions(words, kinds.pointwise, refusing);
  return { output, json, reward: pointwiseRewards(rest) };
}

async function* results(
  rewards: ReturnType<typeof rewardRows>,
  summary: RewardSummary,
): AsyncGenerator<Row> {
  for await (const { row, reward } of rewards) {
    summary.add(row, reward);
    yield isRefused(reward) ? { row, score: null, ...reward } : { row, ...reward };
  }
}

/** A column of scores holds numbers, so what could not be read is nothing. */
async function* columns(lines: AsyncIterable<Row>): AsyncGenerator<Row> {
  for await (const line of lines)
    yield typeof line.truth === 'number' && typeof line.predicted === 'string'
      ? { ...line, predicted: null }
      : line;
}

function help(): string {
  const table = Object.entries(kinds).flatMap(([kind, schema]) => [
    '',
    `reward ${kind} FILE… [--OPTION VALUE]…`,
    ...optionLines(schema),
  ]);
  return [
    "What a judge's completions are worth: rows with 'completion' and the label, one JSON object a row.",
    ...table,
  ].join('\n');
}
