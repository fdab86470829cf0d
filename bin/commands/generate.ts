/** `rewardlab generate`: a model's completions of prompts in files, one JSON object a line. */
import { resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { optionLines } from '../../lib/command/help.ts';
import { readOptions } from '../../lib/command/read-options.ts';
import { dataFiles } from '../../lib/data/files.ts';
import { openRows } from '../../lib/data/rows.ts';
import { checkOutput, jsonLines, writeRows } from '../../lib/data/write-rows.ts';
import { duration } from '../../lib/duration.ts';
import { UserError } from '../../lib/errors.ts';
import { samplingOf, samplingOptions } from '../../lib/generate/options.ts';
import { resolveModel } from '../../lib/model/hub.ts';
import { placeOptions } from '../../lib/train/options.ts';
import { generateRows } from '../../lib/worker/generate-rows.ts';
import { LanguageModel } from '../../lib/worker/language-model.ts';
import { interruptible } from './interruptible.ts';

const schema = z.object({
  prompts: z
    .array(z.string())
    .min(1)
    .describe("files of rows with 'prompt', 'messages' or 'prompt_ids'"),
  ...samplingOptions.shape,
  ...placeOptions.pick({ threads: true }).shape,
  output: z.string().nullable().default(null).describe('write to this file; null: to stdout'),
  json: z.boolean().default(false).describe('print the totals as JSON, where rows go to a file'),
});

export interface GenerateStreams {
  stdout: NodeJS.WritableStream;
  stderr: NodeJS.WritableStream & { isTTY?: boolean };
  /** Milliseconds. */
  now?: () => number;
}

/** Returns the exit code: 130 where it was interrupted. Throws a `UserError` for what it cannot use. */
export async function generateCommand(
  words: readonly string[],
  streams: GenerateStreams = process,
): Promise<number> {
  const { stdout } = streams;
  const [model, ...rest] = words;
  if (words.includes('--help') || model === undefined) {
    stdout.write(`${help()}\n`);
    return 0;
  }
  if (model.startsWith('--'))
    throw new UserError(`generate: expected a model folder, got '${model}'`, usage);
  const { prompts, output, json, threads, ...sampling } = read(rest);
  if (output !== null) checkOutput(output);
  const rows = await openRows(await dataFiles(prompts, process.cwd()));
  // Before interrupts are caught: one ends a download at once, and what came is kept.
  const folder = await resolveModel(model);
  return interruptible(
    async (signal) => {
      await using writer = await LanguageModel.load(folder, { threads });
      const progress = follow(streams, rows.count);
      const options = { ...samplingOf(sampling), signal, onProgress: progress.take };
      const written = generateRows(writer, rows, options);
      if (output === null)
        await pipeline(Readable.from(jsonLines(written)), stdout, { end: false });
      else await writeRows(resolve(output), written);
      progress.end(output);
      if (output !== null && json) stdout.write(`${JSON.stringify(progress.totals())}\n`);
    },
    output === null ? 'what was written is whole rows' : undefined,
  );
}

const usage = 'rewardlab generate MODEL --prompts FILE… [--OPTION VALUE]…';

function read(words: readonly string[]): z.infer<typeof schema> {
  return readOptions(words, schema, {
    refusal: 'generate cannot use these options',
    hint: 'generate --help lists them all',
  });
}

interface Progress {
  take: (done: number, tokens: number) => void;
  end: (output: string | null) => void;
  totals: () => { rows: number; tokens: number; tokens_per_second: number };
}

/** One line on a terminal that changes in place; in a pipe its last state alone. */
function follow({ stderr, now = Date.now }: GenerateStreams, rows: number): Progress {
  const begun = now();
  let [done, tokens] = [0, 0];
  const seconds = (): number => Math.max(now() - begun, 1) / 1e3;
  const rate = (): string => `${Math.round(tokens / seconds()).toLocaleString('en-US')} tokens/s`;
  const clear = (): void => {
    if (stderr.isTTY) stderr.write('\r\u001b[K');
  };
  return {
    take(nowDone, nowTokens) {
      [done, tokens] = [nowDone, nowTokens];
      if (!stderr.isTTY) return;
      const left = duration((seconds() / done) * (rows - done));
      clear();
      stderr.write(
        `row ${done.toLocaleString('en-US')} of ${rows.toLocaleString('en-US')}  ${rate()}  ${left} left`,
      );
    },
    end(output) {
      clear();
      const to = output === null ? '' : ` to ${output}`;
      stderr.write(
        `wrote ${tokens.toLocaleString('en-US')} tokens for ${rows.toLocaleString('en-US')} rows${to}, ${rate()}\n`,
      );
    },
    totals: () => ({ rows, tokens, tokens_per_second: tokens / seconds() }),
  };
}

function help(): string {
  return [
    usage,
    "Each row with 'completion', 'token_ids', 'logprobs' and 'finish', one JSON object a line.",
    'A prompt of text is continued as it is; messages go through the chat template of the model.',
    '',
    ...optionLines(schema),
  ].join('\n');
}
