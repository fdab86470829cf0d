/** ray.json in the run folder: which job on which cluster writes there, so that a later process can go on following it. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { writeWhole } from '../../write-whole.ts';
import type { JobCommand } from '../../train/job.ts';

const record = z.object({
  /** The dashboard's address, without a token. */
  address: z.string(),
  submission: z.string(),
  /** Folder and step of the checkpoint that it began from. */
  from: z.object({ path: z.string(), step: z.int() }).nullable(),
});
export type SubmissionRecord = z.infer<typeof record>;

export async function writeSubmission(run: string, submission: SubmissionRecord): Promise<void> {
  await writeFile(commandsFile(run), '');
  await writeWhole(join(run, 'ray.json'), `${JSON.stringify(submission, null, 2)}\n`);
}

/** Undefined where the run has not been on a cluster. */
export async function readSubmission(run: string): Promise<SubmissionRecord | undefined> {
  const text = await readFile(join(run, 'ray.json'), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : record.parse(JSON.parse(text));
}

/** Tells the program something: a line that it reads between two steps. */
export async function tellProgram(run: string, command: JobCommand): Promise<void> {
  await writeFile(commandsFile(run), `${JSON.stringify(command)}\n`, { flag: 'a' });
}

function commandsFile(run: string): string {
  return join(run, 'ray-commands.jsonl');
}
