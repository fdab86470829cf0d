/** A job on the cluster as a stream of events, and what it is told meanwhile. */
import { stripVTControlCharacters } from 'node:util';
import { latestCheckpoint } from '../../train/checkpoint.ts';
import type { CommandQueue } from '../../train/commands.ts';
import { unsettable } from '../../train/control.ts';
import type { JobCommand, TrainEvent } from '../../train/job.ts';
import type { RunFolder } from '../../train/run-folder.ts';
import type { JobDetails, RayClient } from './client.ts';
import { eventsOf, lineJoiner } from './lines.ts';
import { stopJob } from './stop-job.ts';
import { tellProgram } from './submission-file.ts';
import { tail } from './tail.ts';

export interface Following {
  run: RunFolder;
  client: RayClient;
  submission: string;
  commands: CommandQueue;
}

/** Ends with an `end` event; throws a `UserError` where the job's end cannot be learnt. */
export async function* follow(following: Following): AsyncGenerator<TrainEvent> {
  const { run, client, submission } = following;
  const left = new AbortController();
  const lines = lineJoiner();
  let step = 0;
  let end: TrainEvent | undefined; // Told when the job has let go of the cluster.
  const telling = obey(following, left);
  try {
    const pieces = tail(client, submission, { signal: left.signal, notice: run.log });
    for await (const piece of pieces) {
      const whole = 'text' in piece ? lines.add(piece.text) : lines.rest();
      for (const line of whole) {
        const events = eventsOf([line]);
        if (events.length === 0) run.log(stripVTControlCharacters(line));
        for (const event of events) {
          if ('step' in event) step = Math.max(step, event.step);
          if (event.type === 'end') end = event;
          else yield event;
        }
      }
      if (!('details' in piece)) continue;
      yield end ?? (await endOf(following, piece.details, step));
      return;
    }
    await telling; // Left without an end: it says why.
  } finally {
    left.abort();
    telling.catch(() => undefined);
  }
}

/** Passes commands on until the job is left; leaves it, and throws, where it cannot be stopped. */
async function obey(following: Following, left: AbortController): Promise<void> {
  const { commands, run } = following;
  const leaving = new Promise<void>((resolve) =>
    left.signal.addEventListener('abort', () => resolve()),
  );
  try {
    while (!left.signal.aborted) {
      await Promise.race([commands.arrival(), leaving]);
      for (const command of commands.take()) {
        const problem = await passOn(following, command);
        if (problem !== undefined) run.log(problem);
      }
    }
  } catch (error) {
    left.abort();
    throw error;
  }
}

/** Returns why it was not passed on. */
async function passOn(
  { client, submission, run }: Following,
  command: JobCommand,
): Promise<string | undefined> {
  if (command.type === 'stop') {
    const details = await client.details(submission);
    if (details?.status === 'RUNNING') await tellProgram(run.path, command);
    else await stopJob(client, submission);
    return undefined;
  }
  const problem = command.type === 'set' ? unsettable(command) : undefined;
  if (problem !== undefined) return problem;
  const named =
    command.type === 'set' ? { ...command, option: command.option.replaceAll('-', '_') } : command;
  await tellProgram(run.path, named);
  return undefined;
}

/** The end of a job that did not tell of it. */
async function endOf(
  { run, submission, client }: Following,
  details: JobDetails | undefined,
  step: number,
): Promise<TrainEvent> {
  const last = await latestCheckpoint(run.path);
  const reached = { step: Math.max(step, 0), ...(last && { checkpoint: last.path }) };
  if (!details)
    return {
      ...{ type: 'end', reason: 'failed', ...reached },
      message: `${client.address.url} no longer knows the job ${submission}\n  --resume hands it over again`,
    };
  if (details.status === 'STOPPED') return { type: 'end', reason: 'stopped', ...reached };
  return { type: 'end', reason: 'failed', ...reached, message: whyFailed(details, submission) };
}

function whyFailed({ message, driver_exit_code: code }: JobDetails, submission: string): string {
  const lines = (message ?? '').split('\n').map((line) => line.trim());
  const error = lines.findLast((line) => /^(\S+ )?[\w.]*(Error|Exception)\b.*:/.test(line));
  const exit = code == null ? '' : ` with code ${code}`;
  const reason = error ?? lines.find((line) => line !== '') ?? 'it says nothing';
  return `the job ${submission} failed on the cluster${exit}: ${reason.slice(0, 400)}\n  log.txt has all that it printed`;
}
