/** `rewardlab export`: rows of other projects, written as rows that recipes read. */
import { exportInvocation, exportOptions } from '../../lib/command/export-options.ts';
import { readExport } from '../../lib/command/export.ts';
import { nameLines, optionLines } from '../../lib/command/help.ts';
import { converters } from '../../lib/data/convert/index.ts';
import { runExport } from '../../lib/data/export/run-export.ts';
import { targets } from '../../lib/data/export/targets.ts';
import { plainLine } from '../../lib/display/escape.ts';
import { exportText } from '../../lib/display/export-text.ts';
import { interruptible } from './interruptible.ts';

export interface ExportStreams {
  stdout: NodeJS.WritableStream;
  stderr: NodeJS.WritableStream & { isTTY?: boolean };
}

/** Returns the exit code: 130 where it was interrupted. Throws a `UserError` for what it cannot use. */
export async function exportCommand(
  words: readonly string[],
  { stdout, stderr }: ExportStreams = process,
): Promise<number> {
  if (words.includes('--help') || words.length === 0) {
    stdout.write(`${help()}\n`);
    return 0;
  }
  const { plan, json, notes } = await readExport(words, process.cwd());
  const say = (sentence: string): void => void stderr.write(`${plainLine(sentence)}\n`);
  for (const note of notes) say(note);
  return interruptible(async (signal) => {
    const result = await runExport(plan, { signal });
    for (const note of result.notes) say(note);
    stdout.write(`${json ? JSON.stringify(result) : exportText(result, process.cwd())}\n`);
  });
}

function help(): string {
  const named = (list: readonly { name: string; summary: string }[]): string[] =>
    nameLines(list.map(({ name, summary }) => [name, summary]));
  return [
    'rewardlab export FILE… [--OPTION VALUE]…',
    'rewardlab export data_config.yaml [--OPTION VALUE]…',
    'Rows of files, folders, patterns or hf://datasets/ORG/NAME/FILE, written as rows that recipes read.',
    '',
    ...optionLines(exportOptions.extend(exportInvocation.shape)),
    '',
    'formats (--from)',
    ...named(converters),
    '',
    'what to write them for (--to)',
    ...named(targets),
  ].join('\n');
}
