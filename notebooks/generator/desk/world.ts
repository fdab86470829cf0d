/**
 * Everything that the judges' tutorials are made of, from one seed: rows for judges, a careless judge's
 * verdicts, what their model is taught before, and its tokenizer.
 */
import { seeded } from '../random.ts';
import { learn } from '../tokenizer.ts';
import type { Bpe } from '../tokenizer.ts';
import { exercises } from './exercises.ts';
import type { Exercise } from './exercises.ts';
import { drawAnswer, drawNew, drawPair, fair } from './rows.ts';
import type { PairRow, ScoreRow } from './rows.ts';
import { carelessPreferences, carelessScores } from './verdicts.ts';
import type { Verdict } from './verdicts.ts';

export interface Desk {
  pairs: { train: PairRow[]; validation: PairRow[] };
  scores: { train: ScoreRow[]; validation: ScoreRow[] };
  verdicts: { pairs: Verdict[]; scores: Verdict[] };
  /** Endless. */
  exercises(): Generator<Exercise, never>;
  tokenizer: Bpe;
}

/** What judges' prompts and verdicts are fenced with: a token each. */
export const tags = ['user', 'response', 'response_a', 'response_b', 'preference', 'score'].flatMap(
  (name) => [`<${name}>`, `</${name}>`],
);

const sizes = { pairs: 4500, scores: 4500, validation: 500, verdicts: 400 };
const largestVocabulary = 1024;
const exercisesForTokenizer = 4000;

export function makeDesk(seed: number): Desk {
  const random = seeded(seed);
  const seen = new Set<string>();
  const pairs = (count: number) => drawNew(() => drawPair(random), count, seen);
  const scores = (count: number) => drawNew(() => drawAnswer(random), count, seen);
  const rows = { pairs: split(fair(pairs(sizes.pairs))), scores: split(scores(sizes.scores)) };
  const verdicts = {
    pairs: carelessPreferences(random, pairs(sizes.verdicts)),
    scores: carelessScores(random, scores(sizes.verdicts)),
  };
  const teach = () => exercises(seeded(seed + 1));
  const tokenizer = learn(texts(teach(), verdicts), largestVocabulary, tags);
  return { ...rows, verdicts, exercises: teach, tokenizer };
}

function split<Row>(rows: Row[]): { train: Row[]; validation: Row[] } {
  return { validation: rows.slice(0, sizes.validation), train: rows.slice(sizes.validation) };
}

/** What the tokenizer reads: exercises and prompts, without their tags. */
function* texts(
  lessons: Generator<Exercise>,
  { pairs, scores }: Desk['verdicts'],
): Generator<string> {
  const read = lessons.take(exercisesForTokenizer);
  const whole = [...read].flatMap(({ material, questions }) =>
    questions.map(({ ask, answer }) => `<|im_start|>user\n${material}${ask}<|im_end|>\n${answer}`),
  );
  const said = [...pairs, ...scores].flatMap(({ messages }) =>
    messages.map(({ content }) => content),
  );
  for (const text of [...whole, ...said, 'assistant\nassistant\n'])
    yield* text.split(/<\|\w+\|>|<\/?[a-z_]+>/);
}
