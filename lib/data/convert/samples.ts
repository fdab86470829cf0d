/** Rows that were exported before, by us or by RM-Gallery: `input`, `output` with labels, `metadata`. */
import type { Cell, Row } from '../cell.ts';
import { answerText, contextOf, decoded, inside, outputsOf, sourceOf } from '../judge-cells.ts';
import { pairLabel } from '../judge-label.ts';
import { scoreLabel } from '../judge-point.ts';
import type { Message } from '../messages.ts';
import { idIn, promptOf, usable } from './read.ts';
import { kept, type Answer, type Converter, type Sample } from './sample.ts';

/** Metadata that every export writes anew, and the copy of the whole row that RM-Gallery adds. */
const written = ['preferred', 'preference_strength', 'sample_type', 'data_group_id', 'raw_data'];
/** The same of labels. */
const marks = ['response_type', 'preference', 'is_preferred'];

export const samples: Converter = {
  name: 'samples',
  summary: 'rows that were exported before, by rewardlab or RM-Gallery',
  columns: ['input', 'output'],
  fits: (columns) => !columns.includes('instruction'),
  convert: (row) => {
    const about = aboutOf(row);
    const outputs = outputsOf(row);
    const answers = outputs.map(answerIn);
    const preferences = outputs.map((item) => inside(item, 'answer', 'label', 'preference'));
    const of = (side: string): Answer[] => answers.filter((_, i) => preferences[i] === side);
    if (of('chosen').length > 0 && of('rejected').length > 0)
      return [{ ...about, kind: 'candidates', chosen: of('chosen'), rejected: of('rejected') }];
    if (answers.length === 2) return [pairOf(row, about, [answers[0]!, answers[1]!])];
    const [answer] = answers;
    const score = scoreLabel(row, { min: -Infinity, max: Infinity, attribute: 'helpfulness' });
    return [
      {
        ...about,
        kind: 'answer',
        ...(answer && { answer: typeof score === 'number' ? scored(answer, score) : answer }),
        ...(typeof score === 'number' && { score }),
      },
    ];
  },
};

/** A score that stands in a column of its own is written where judges look for it. */
function scored(answer: Answer, score: number): Answer {
  return answer.label ? answer : { ...answer, label: { score } };
}

function aboutOf(row: Row) {
  const metadata = decoded(row.metadata);
  const held = typeof metadata === 'object' && metadata !== null ? (metadata as Row) : {};
  const names = Object.keys(held).filter((name) => !written.includes(name));
  const source = sourceOf(row, '');
  const context = contextOf(row);
  const { created_at: created = null } = row;
  const createdAt = created instanceof Date ? created.toISOString() : created;
  return {
    ...idIn(row.unique_id),
    input: promptOf(row.input).map(saidIn),
    ...(context !== '' && { context }),
    category: typeof row.task_category === 'string' ? row.task_category : 'general',
    ...(source !== '' && { source }),
    ...(typeof createdAt === 'string' && { createdAt }),
    metadata: kept(held, names),
  };
}

/** RM-Gallery keeps every field of a message, the empty ones too. */
function saidIn(message: Message): Message {
  const said = { ...message };
  delete said.additional_kwargs;
  delete said.time_created;
  if (said.reasoning_content === '') delete said.reasoning_content;
  return said;
}

function pairOf(
  row: Row,
  about: ReturnType<typeof aboutOf>,
  answers: readonly [Answer, Answer],
): Sample {
  const { truth, strength } = usable(pairLabel(row));
  return {
    ...about,
    kind: 'pair',
    answers,
    preferred: truth,
    twin: inside(row.metadata, 'sample_type') === 'swapped_order',
    ...(strength !== undefined && { strength }),
  };
}

function answerIn(item: Cell): Answer {
  const content = usable(answerText(item));
  const label = inside(item, 'answer', 'label');
  if (typeof label !== 'object' || label === null || Array.isArray(label)) return { content };
  const own = kept(
    label as Row,
    Object.keys(label).filter((name) => !marks.includes(name)),
  );
  return { content, ...(Object.keys(own).length > 0 && { label: own }) };
}
