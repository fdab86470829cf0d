/** Rows for judges: a pair with which is better, or an answer with its score. `docs/judges.md` says who reads them. */
import type { Row } from '../cell.ts';
import type { Answer, AnswerSample, PairSample } from '../convert/sample.ts';
import type { Better } from '../judge-label.ts';
import {
  besides,
  eachPair,
  refuseSame,
  type Circumstances,
  type Labelled,
  type Target,
} from './target.ts';

export const judge: Target = {
  name: 'judge',
  summary: 'rows for pairwise and pointwise: input, output, metadata.preferred or scores',
  rows(sample, circumstances) {
    if (sample.kind === 'answer') return [answerRow(sample, circumstances)];
    const { id, swap, turn } = circumstances;
    if (sample.kind === 'pair') return ordered(sample, circumstances, swap);
    return eachPair(sample, id).flatMap((pair, i) => {
      const { chosen, rejected, ...own } = pair;
      const first = (turn + i) % 2 === 0;
      const answers = first ? ([chosen, rejected] as const) : ([rejected, chosen] as const);
      const made = { ...sample, kind: 'pair', answers, preferred: first ? 'A' : 'B' } as const;
      return ordered(made, { ...circumstances, ...own }, swap);
    });
  },
};

/** What `sample_type` says, in RM-Gallery's words. */
const [given, turned] = ['original_order', 'swapped_order'];

function ordered(sample: PairSample, circumstances: Circumstances, swap: boolean): Labelled[] {
  refuseSame(sample.answers, sample.preferred);
  const first = pairRow(sample, circumstances, sample.twin ? turned : given);
  if (!swap || sample.twin) return [first];
  const twin = { ...circumstances, id: `${circumstances.id}-swapped` };
  return [first, pairRow(swapped(sample), twin, turned)];
}

/** The same pair the other way round: the label and the sign change with it. */
function swapped({ answers, preferred, strength, ...sample }: PairSample): PairSample {
  const [first, second] = answers;
  return {
    ...sample,
    answers: [second, first],
    preferred: preferred === 'tie' ? 'tie' : preferred === 'A' ? 'B' : 'A',
    ...(strength !== undefined && { strength: 0 - strength }),
  };
}

function pairRow(sample: PairSample, circumstances: Circumstances, order: string): Labelled {
  const { preferred, strength, answers } = sample;
  const { metadata, ...columns } = besides(sample, circumstances);
  const row: Row = {
    unique_id: circumstances.id,
    input: [...sample.input],
    output: answers.map((answer, i) => outputOf(answer, marks(i === 0 ? 'A' : 'B', preferred))),
    ...(sample.context !== undefined && { context: sample.context }),
    ...columns,
    metadata: {
      preferred,
      ...(strength !== undefined && { preference_strength: strength }),
      sample_type: order,
      ...(metadata as Row),
      ...(order === given && sample.ofPlaces),
    },
  };
  return { row, label: preferred };
}

/** The label in the spellings of RM-Gallery and OpenJudge. */
function marks(place: 'A' | 'B', preferred: Better): Row {
  return { response_type: place, preference: preferred, is_preferred: place === preferred };
}

function answerRow(sample: AnswerSample, circumstances: Circumstances): Labelled {
  const { answer, score } = sample;
  const row: Row = {
    unique_id: circumstances.id,
    input: [...sample.input],
    output: answer ? [outputOf(answer, {})] : [],
    ...(sample.context !== undefined && { context: sample.context }),
    ...besides(sample, circumstances),
  };
  return { row, label: score === undefined ? 'no score' : String(score) };
}

function outputOf({ content, label = {}, steps }: Answer, marks: Row): Row {
  const all = { ...marks, ...label };
  return {
    answer: {
      role: 'assistant',
      content,
      ...(Object.keys(all).length > 0 && { label: all }),
    },
    ...(steps && { steps: steps.map((step) => ({ role: 'assistant', ...step })) }),
  };
}
