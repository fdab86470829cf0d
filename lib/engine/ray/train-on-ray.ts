/** A job on a cluster, from its files to its last event: handed over, or found there again, and followed. */
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isUserError, UserError } from '../../errors.ts';
import { latestCheckpoint } from '../../train/checkpoint.ts';
import { commandQueue } from '../../train/commands.ts';
import { writeEnvironment } from '../../train/environment.ts';
import type { Job, Plan, TrainEvent } from '../../train/job.ts';
import { checkRun, openRun, type ResumePoint, type RunFolder } from '../../train/run-folder.ts';
import type { Control } from '../engine.ts';
import { clusterAddress } from './address.ts';
import { rayClient, type RayClient } from './client.ts';
import { follow } from './follow.ts';
import { packageOf, runtimeEnv, submissionOf, type Handover } from './handover.ts';
import { eventsOf } from './lines.ts';
import { programs } from './programs.ts';
import { rayRecipes, type RayRecipe } from './recipes.ts';
import { refuseLack, waiting } from './resources.ts';
import { readSubmission, writeSubmission, type SubmissionRecord } from './submission-file.ts';
import { ended } from './tail.ts';

export async function* trainOnRay(job: Job, control: Control): AsyncGenerator<TrainEvent> {
  const recipe = control.recipes.find(({ name }) => name === job.recipe);
  const program = rayRecipes.includes(job.recipe as RayRecipe)
    ? programs[job.recipe as RayRecipe]
    : undefined;
  if (!recipe || !program)
    throw new UserError(`engine ray does not know the recipe '${job.recipe}'`);
  const submission = `rewardlab-${job.recipe}-${randomBytes(4).toString('hex')}`;
  const notices: string[] = [];
  const place = { job, recipe, submission, notice: (text: string) => notices.push(text) };
  const needs = program.needs(job);
  if (job.options.dry_run === true) {
    const handover = await program.handOver({ ...place, from: undefined, nodes: [] });
    const submission = submissionOf(job, handover, needs);
    yield { type: 'plan', plan: handover.plan, submission };
    yield { type: 'end', reason: 'done', step: 0 };
    return;
  }
  const from = await checkRun(job);
  const client = rayClient(clusterAddress(job.options.ray_address as string | null));
  await client.version();
  const earlier = await earlierSubmission(job, client);
  const running = { job, client, control };
  if (earlier?.goesOn) {
    const plan = await recordedPlan(job.output);
    const run = await openFrom(job, earlier.record.from, plan);
    yield* followed({ ...running, run, plan, submission: earlier.record.submission });
    return;
  }
  const nodes = await client.nodes();
  refuseLack(nodes, needs);
  const handover = await program.handOver({ ...place, from, nodes });
  const { hash, bytes } = packageOf(handover);
  const uri = await client.upload(hash, bytes);
  const { plan } = handover;
  const run = await openFrom(job, earlier ? earlier.record.from : from, plan);
  if (earlier && from) catchUp(run, from, earlier.log);
  const wait = waiting(nodes, await client.used(), needs);
  [...notices, ...(wait === undefined ? [] : [wait])].forEach(run.log);
  yield* followed({ ...running, run, plan, submission }, () =>
    submit({ job, client, handover, uri, submission, from }),
  );
}

/** Opens the run folder with what it tells of up to a checkpoint; from the beginning that is the plan alone. */
async function openFrom(
  job: Job,
  from: ResumePoint | null | undefined,
  plan: Plan | undefined,
): Promise<RunFolder> {
  const run = await openRun(job, from ?? undefined);
  if (!from && plan) run.record({ type: 'plan', plan });
  return run;
}

interface Running {
  job: Job;
  client: RayClient;
  control: Control;
  run: RunFolder;
  plan: Plan | undefined;
  submission: string;
}

/** Every event is written to the run folder first; an error becomes the end. */
async function* followed(
  { job, client, control, run, plan, submission }: Running,
  begin: () => Promise<void> = () => Promise.resolve(),
): AsyncGenerator<TrainEvent> {
  const commands = commandQueue(control.commands, control.signal);
  const record = (event: TrainEvent): TrainEvent => {
    run.record(event);
    return event;
  };
  try {
    if (plan) yield { type: 'plan', plan };
    try {
      await writeEnvironment(job);
      await begin();
      for await (const event of follow({ run, client, submission, commands })) yield record(event);
    } catch (error) {
      if (!isUserError(error)) run.log((error as Error).stack ?? String(error));
      const last = await latestCheckpoint(run.path);
      const kept = last && { checkpoint: last.path };
      yield record({
        type: 'end',
        reason: 'failed',
        step: last?.step ?? 0,
        ...kept,
        message: text(error),
      });
    }
  } finally {
    commands.close();
    run.close();
  }
}

function text(error: unknown): string {
  if (isUserError(error)) return error.hint ? `${error.message}\n  ${error.hint}` : error.message;
  return `${(error as Error).message} (a fault of rewardlab; log.txt has its trace)`;
}

interface Submitting {
  job: Job;
  client: RayClient;
  handover: Handover;
  uri: string;
  submission: string;
  from: ResumePoint | undefined;
}

/** The run folder says of the job before the cluster knows it, so that no job is ever nobody's. */
async function submit({ job, client, handover, uri, submission, from }: Submitting): Promise<void> {
  await writeSubmission(job.output, {
    ...{ address: client.address.url, submission },
    from: from ? { path: from.path, step: from.step } : null,
  });
  await client.submit({
    submission_id: submission,
    entrypoint: handover.entrypoint,
    runtime_env: runtimeEnv(handover, uri),
    metadata: { recipe: job.recipe, run: job.output },
  });
}

interface Earlier {
  record: SubmissionRecord;
  /** It runs, or has ended well while nobody looked. */
  goesOn: boolean;
  log: string;
}

/** What became of the job that a resumed run had on the cluster; undefined where that is not known any more. */
async function earlierSubmission(job: Job, client: RayClient): Promise<Earlier | undefined> {
  if (job.options.resume !== true) return undefined;
  const record = await readSubmission(job.output);
  const details = record && (await client.details(record.submission));
  if (!record || !details) return undefined;
  const goesOn = !ended(details) || details.status === 'SUCCEEDED';
  return { record, goesOn, log: goesOn ? '' : await client.logs(record.submission) };
}

/** Records what an ended job did up to the checkpoint that is resumed from, whether or not somebody followed it. */
function catchUp(run: RunFolder, from: ResumePoint, log: string): void {
  for (const event of eventsOf(log.split('\n')))
    if (event.type !== 'end' && event.type !== 'plan' && event.step <= from.step) run.record(event);
}

async function recordedPlan(run: string): Promise<Plan | undefined> {
  const lines = (await readFile(join(run, 'metrics.jsonl'), 'utf8').catch(() => '')).split('\n');
  const events = lines.filter((line) => line.startsWith('{"type":"plan"'));
  const [last] = events.slice(-1);
  return last === undefined ? undefined : (JSON.parse(last) as { plan: Plan }).plan;
}
