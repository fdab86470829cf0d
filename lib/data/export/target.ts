/** What samples are written as. One file each; `targets.ts` lists them. */
import type { Row } from '../cell.ts';
import type { Message } from '../messages.ts';
import { NotUsable, type Answer, type PairSample, type Sample } from '../convert/sample.ts';

/** A row, and the label that it counts under. */
export interface Labelled {
  row: Row;
  /** `A`, `B`, `tie` or a score; empty where the rows of a target have no labels. */
  label: string;
}

/** What a sample does not know of itself. */
export interface Circumstances {
  id: string;
  source: string;
  /** Of its prompt. */
  group: string;
  /** Whether a pair is written in both orders. */
  swap: boolean;
  /** Even or odd: which of a right and a wrong answer stands first. */
  turn: number;
}

export interface Target {
  /** As `--to` takes it. */
  name: string;
  summary: string;
  /** Throws `NotUsable` for a sample that is none of its rows. */
  rows(sample: Sample, circumstances: Circumstances): Labelled[];
}

/** Each right answer with each wrong one; the place of both in the sample makes an id of their own. */
export function eachPair(
  sample: Sample,
  id: string,
): { id: string; chosen: Answer; rejected: Answer }[] {
  if (sample.kind === 'answer')
    throw new NotUsable('not a pair', 'the row holds one answer, or none');
  if (sample.kind === 'pair') return [{ id, ...betterAndWorse(sample) }];
  const { chosen, rejected } = sample;
  const several = chosen.length * rejected.length > 1;
  const pairs = chosen.flatMap((better, i) =>
    rejected.map((worse, j) => ({
      id: several ? `${id}-${i + 1}-${j + 1}` : id,
      chosen: better,
      rejected: worse,
    })),
  );
  const same = pairs.find((pair) => pair.chosen.content === pair.rejected.content);
  if (same) throw new NotUsable('answers are the same', 'one is both chosen and rejected');
  return pairs;
}

function betterAndWorse({ answers, preferred, twin }: PairSample): {
  chosen: Answer;
  rejected: Answer;
} {
  const [first, second] = answers;
  if (twin) throw new NotUsable('swapped twin', 'the pair is there in its own order');
  if (preferred === 'tie') throw new NotUsable('tie', 'neither answer is better');
  refuseSame(answers, preferred);
  return preferred === 'A'
    ? { chosen: first, rejected: second }
    : { chosen: second, rejected: first };
}

export function refuseSame([first, second]: readonly [Answer, Answer], preferred: string): void {
  if (preferred !== 'tie' && first.content === second.content)
    throw new NotUsable('answers are the same', `yet ${preferred} is preferred`);
}

/** A conversation that ends with an answer. */
export function withAnswer(input: readonly Message[], { content }: Answer): Message[] {
  return [...input, { role: 'assistant', content }];
}

/** The columns that rows of every target have besides their own. */
export function besides(sample: Sample, { source, group }: Circumstances): Row {
  return {
    task_category: sample.category,
    source: sample.source ?? source,
    ...(sample.createdAt !== undefined && { created_at: sample.createdAt }),
    metadata: { data_group_id: group, ...sample.metadata },
  };
}
