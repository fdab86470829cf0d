/** The pointwise judge: one answer, and the score that it deserves. */
import { judgedAnswer, pointColumns, type Scale } from '../data/judge-point.ts';
import { UserError, unknownName } from '../errors.ts';
import { examplesGiven } from './examples.ts';
import type { Judge } from './judge.ts';
import { pointwiseOptions, type JudgeSurroundings, type PointwiseOptions } from './options.ts';
import { pointwiseReward } from './pointwise-reward.ts';
import { parseScore, type ParsedScore } from './score.ts';
import { judgeTemplate, type JudgeTemplate } from './template.ts';
import { worths, type Worth } from './worth.ts';

export interface PointwiseJudge extends Judge {
  template: JudgeTemplate<ParsedScore['value']>;
  scale: Scale;
}

const rubric = [
  '1. It does what was asked, wholly and for this conversation.',
  '2. What it says is true.',
  '3. It is clear, and no longer than it needs to be.',
].join('\n');

/** A judge of the given options, the others at their defaults. */
export function pointwiseJudge(
  options: Partial<PointwiseOptions> & JudgeSurroundings = {},
): PointwiseJudge {
  const { ask = false, examples: own, ...given } = options;
  const chosen = pointwiseOptions.parse(given);
  const { min_score: min, max_score: max, attribute, reward } = chosen;
  if (!isWorth(reward)) throw unknownName('reward', reward, worths);
  if (min >= max)
    throw new UserError(
      `--max-score: expected a number above --min-score (${min}), got ${max}`,
      'the scale needs two scores at least',
    );
  const scale = { min, max, attribute };
  const examples = examplesGiven(own, chosen.examples_file);
  const task = `A response continues a conversation. Give its ${attribute} a whole number from ${min} (worst) to ${max} (best).`;
  const template = judgeTemplate(
    {
      answers: [{ heading: 'Response', tag: 'response' }],
      verdict: { tag: 'score', choices: `${min} to ${max}` },
      parse: (completion) => parseScore(completion, scale),
    },
    { task: chosen.task ?? task, rubric: chosen.rubric ?? rubric, examples, ask },
  );
  return {
    ...{ template, scale },
    columns: (table) => pointColumns(table, scale),
    read: (row) => {
      const read = judgedAnswer(row, scale);
      if ('dropped' in read) return read;
      const { answer, truth, source, ...material } = read;
      return { messages: template.format({ ...material, answers: [answer] }), truth, source };
    },
    reward: pointwiseReward({ ...chosen, reward }),
  };
}

function isWorth(name: string): name is Worth {
  return (worths as readonly string[]).includes(name);
}
