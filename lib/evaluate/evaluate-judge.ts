/**
 * A language model measured as a judge: on pairs in both orders, on scored answers, or on finding the
 * right answer among several.
 */
import { candidateColumns, holdsCandidates } from '../data/judge-candidates.ts';
import { outputsOf } from '../data/judge-cells.ts';
import type { Row, Rows } from '../data/rows.ts';
import { UserError } from '../errors.ts';
import { pairExamples, scoreExamples } from '../reward/examples.ts';
import { pairwiseJudge, type PairwiseJudge } from '../reward/pairwise.ts';
import { pointwiseJudge, type PointwiseJudge } from '../reward/pointwise.ts';
import { thinkingRule } from '../reward/thinking.ts';
import { rowsWork, type RowsWorkOptions } from '../rows-work.ts';
import type { Asking, JudgeModel } from './ask.ts';
import { askCandidates } from './ask-candidates.ts';
import { askPairs } from './ask-pairs.ts';
import { askScores } from './ask-scores.ts';
import { judgeOptions, type JudgeOptions } from './judge-options.ts';
import type { JudgeEvaluation } from './judge-evaluation.ts';

export interface JudgeRequest extends RowsWorkOptions {
  model: JudgeModel;
  rows: Rows;
  /** The others at their defaults. */
  options?: Partial<Omit<JudgeOptions, 'output'>>;
  /** Told of every verdict, as a row to be written. */
  onVerdict?: (row: Row) => void;
}

/** Asks about every row that can be used. Throws a `UserError` where the table is none of the layouts. */
export async function evaluateJudge(request: JudgeRequest): Promise<JudgeEvaluation> {
  const { model, rows, onVerdict = () => undefined } = request;
  const options = judgeOptions.parse(request.options ?? {});
  if (!model.text.chats)
    throw new UserError('the model has no chat template, and judges are asked in a conversation');
  const { thinking, max_tokens: maxTokens, temperature, seed } = options;
  const sampling = { maxTokens, temperature, topP: 1, topK: 0, n: 1, seed, stop: [] };
  using work = rowsWork('judging', request);
  const { report } = work;
  const asking: Omit<Asking, 'columns'> = { model, rows, sampling, thinking, report };
  const { ask } = thinkingRule(model.text, thinking);
  const many = holdsCandidates(rows);
  const kind = options.judge ?? (many ? 'pointwise' : await kindOf(rows));
  const judge = await judgeOf(kind, { ...options, ask });
  if (many)
    return await askCandidates({ ...asking, columns: candidateColumns(rows) }, judge, onVerdict);
  const whole = { ...asking, columns: judge.columns(rows) };
  return 'orders' in judge
    ? await askPairs(whole, judge, onVerdict)
    : await askScores(whole, judge, onVerdict);
}

/** Examples of the one kind are no examples of the other. */
async function judgeOf(
  kind: 'pairwise' | 'pointwise',
  options: Omit<JudgeOptions, 'output'> & { ask: boolean },
): Promise<PairwiseJudge | PointwiseJudge> {
  const { examples_file: file, min_score: min, max_score: max, attribute } = options;
  if (kind === 'pairwise')
    return pairwiseJudge({ ...options, examples: file === null ? [] : await pairExamples(file) });
  const examples = file === null ? [] : await scoreExamples(file, { min, max, attribute });
  return pointwiseJudge({ ...options, examples });
}

/** Pairs have two answers, by their columns or by what the first row's `output` holds. */
async function kindOf(rows: Rows): Promise<'pairwise' | 'pointwise'> {
  const names = Object.keys(rows.columns).map((name) => name.toLowerCase().replaceAll('_', ''));
  const two = names.some((name) => /^(response|answer|completion)(b|2)$|^rejected$/.test(name));
  if (two) return 'pairwise';
  if (!Object.hasOwn(rows.columns, 'output')) return 'pointwise';
  const [first] = await rows.read([0], ['output']);
  return outputsOf(first!).length === 2 ? 'pairwise' : 'pointwise';
}
