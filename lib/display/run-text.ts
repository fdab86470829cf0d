/** What a run says in plain lines, beside its moving progress: what it leaves out, and how it ended. */
import { dirname, join } from 'node:path';
import { rowCount } from '../data/refusals.ts';
import type { Limit, Plan } from '../train/job.ts';
import { plain, plainLine } from './escape.ts';
import { placeText } from './place.ts';
import type { Progress } from './progress.ts';

/** Counts of what a plan leaves out or cuts, a sentence each. Only the cut rows may be an estimate. */
export function losses({ dropped, droppedRows = {}, cut, limit, approximate }: Plan): string[] {
  const sentences = Object.entries(dropped).map(
    ([reason, count]) =>
      `${rowCount(count)} dropped: ${plainLine(reason)}${which(droppedRows[reason], count)}`,
  );
  const about = approximate ? '≈' : '';
  return cut > 0 ? [...sentences, `${about}${rowCount(cut)} cut ${cutText(limit)}`] : sentences;
}

const lost: Partial<Record<Limit['truncation'], string>> = {
  left: 'at the beginning ',
  right: 'at the end ',
  middle: 'in the middle ',
};

/** Where rows are cut, and to what. */
function cutText(limit: Limit | undefined): string {
  if (!limit) return 'to --max-length';
  const { by, tokens, truncation } = limit;
  const count = tokens.toLocaleString('en-US');
  const most =
    by === 'positions'
      ? `the ${count} tokens that --max-response-length leaves of the model's positions`
      : `--${by.replaceAll('_', '-')} (${count} tokens)`;
  return `${lost[truncation] ?? ''}to ${most}`;
}

/** ` (row 4)`, ` (rows 4, 17, …)`. */
function which(rows: readonly number[] = [], count: number): string {
  if (rows.length === 0) return '';
  const list = rows.length < count ? [...rows, '…'] : rows;
  return ` (${count === 1 ? 'row' : 'rows'} ${list.join(', ')})`;
}

/** The losses of a run's plans, each said once although a later plan repeats it. */
export function lossTeller(): (plan: Plan) => string | undefined {
  const said = new Set<string>();
  return (plan) => {
    const fresh = losses(plan).filter((sentence) => !said.has(sentence));
    fresh.forEach((sentence) => said.add(sentence));
    return fresh.length > 0 ? fresh.join('; ') : undefined;
  };
}

/** Where the person is and what they typed to start the run: `%train`, `rewardlab train`. */
export interface Teller {
  cwd: string;
  command: string;
}

/** How a run ended, for the record: what it reached, where the model is, how to go on. */
export function endText(progress: Progress, teller: Teller): string {
  const { end, validation } = progress;
  if (!end) return 'the run was left before its end';
  const steps = stepsText(progress);
  const accuracy = validation?.['accuracy'];
  const reached = accuracy === undefined ? '' : `, validation accuracy ${accuracy.toFixed(4)}`;
  if (end.reason === 'done') {
    const model = end.model === undefined ? '' : `, model in ${placeText(teller.cwd, end.model)}`;
    return `done: ${steps}${reached}${model}`;
  }
  if (end.reason === 'stopped') return `stopped: ${steps}, ${keptText(progress, teller)}`;
  return `failed: ${steps}: ${failureText(progress)}\n  ${keptText(progress, teller)}`;
}

/** Why a run failed; may have several lines. */
export function failureText({ end }: Progress): string {
  return plain(end?.message ?? 'unknown reason');
}

/** `step 20 of 120`. */
export function stepsText({ end, step, plan }: Progress): string {
  const reached = end?.step ?? step;
  return plan ? `step ${reached} of ${plan.steps}` : `step ${reached}`;
}

/** The last checkpoint, and what to type to go on from it. */
export function keptText({ end, checkpoint }: Progress, { cwd, command }: Teller): string {
  const kept = end?.checkpoint ?? checkpoint;
  if (kept === undefined) return 'no checkpoint was kept';
  const job = placeText(cwd, join(dirname(kept), 'job.yaml'));
  return `kept ${placeText(cwd, kept)}; to go on: ${command} ${job} --resume`;
}
