/** The pairwise judge: two answers, and which of them is better. */
import { judgedPair, pairColumns, type JudgedPair } from '../data/judge-pair.ts';
import type { Refused } from '../data/preference-pair.ts';
import type { Row } from '../data/rows.ts';
import { unknownName } from '../errors.ts';
import { examplesGiven } from './examples.ts';
import type { Judge, JudgePrompt } from './judge.ts';
import { pairwiseOptions, type JudgeSurroundings, type PairwiseOptions } from './options.ts';
import { pairwiseReward } from './pairwise-reward.ts';
import { parsePreference, type ParsedPreference } from './preference.ts';
import { judgeTemplate, type JudgeTemplate } from './template.ts';

export interface PairwiseJudge extends Judge {
  template: JudgeTemplate<ParsedPreference['value']>;
  /** The prompt of a row as it is, and with its answers the other way round. */
  orders(row: Row, index: number): readonly [JudgePrompt, JudgePrompt] | Refused;
}

const task =
  'Two responses continue the same conversation. Decide which one serves the person who asked better.';
const rubric = [
  '1. It does what was asked, wholly and for this conversation.',
  '2. What it says is true.',
  '3. It is clear, and no longer than it needs to be.',
  'Neither the order of the responses nor their length makes one better.',
].join('\n');

/** A judge of the given options, the others at their defaults. */
export function pairwiseJudge(
  options: Partial<PairwiseOptions> & JudgeSurroundings = {},
): PairwiseJudge {
  const { ask = false, examples: own, ...given } = options;
  const chosen = pairwiseOptions.parse(given);
  if (chosen.reward !== 'exact') throw unknownName('reward', chosen.reward, ['exact']);
  const { ties } = chosen;
  const examples = examplesGiven(own, chosen.examples_file);
  const template = judgeTemplate(
    {
      answers: [
        { heading: 'Response A', tag: 'response_a' },
        { heading: 'Response B', tag: 'response_b' },
      ],
      verdict: { tag: 'preference', choices: ties ? 'A, B or tie' : 'A or B' },
      parse: (completion) => parsePreference(completion, ties),
    },
    { task: chosen.task ?? task, rubric: chosen.rubric ?? rubric, examples, ask },
  );
  const pairOf = (row: Row, index: number): JudgedPair | Refused => {
    const pair = judgedPair(row, index);
    return 'dropped' in pair || ties || pair.truth !== 'tie'
      ? pair
      : { dropped: 'tie', detail: 'the answers tie, and ties are off' };
  };
  const prompt = (pair: JudgedPair): JudgePrompt => promptOf(template, pair);
  return {
    template,
    columns: pairColumns,
    read: (row, index) => {
      const pair = pairOf(row, index);
      return 'dropped' in pair ? pair : prompt(pair);
    },
    orders: (row, index) => {
      const pair = pairOf(row, index);
      return 'dropped' in pair ? pair : [prompt(pair), prompt(swapped(pair))];
    },
    reward: pairwiseReward(chosen),
  };
}

function promptOf(template: JudgeTemplate<unknown>, pair: JudgedPair): JudgePrompt {
  const { truth, source, strength, responseId } = pair;
  return {
    messages: template.format(pair),
    ...{ truth, source },
    ...(strength !== undefined && { strength }),
    ...(responseId !== undefined && { responseId }),
  };
}

/** Strength is from −3 (the first is better) to 3, so it changes its sign. */
function swapped(pair: JudgedPair): JudgedPair {
  const [first, second] = pair.answers;
  const { truth, strength } = pair;
  return {
    ...pair,
    answers: [second, first],
    truth: truth === 'tie' ? truth : truth === 'A' ? 'B' : 'A',
    ...(strength !== undefined && { strength: 0 - strength }),
  };
}
