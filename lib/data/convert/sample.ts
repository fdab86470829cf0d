/** What every converter makes of a row: a prompt, its answers, and what is known about them. */
import type { Cell, Row } from '../cell.ts';
import type { Better } from '../judge-label.ts';
import type { Message } from '../messages.ts';

export interface Answer {
  content: string;
  /** What is said of this answer: scores, the model that wrote it. */
  label?: Row;
  /** The parts of a solution, each with a label of its own. */
  steps?: { content: string; label: Row }[];
}

interface About {
  /** The row's own id, where it has one. */
  id?: string;
  /** The turns before the answer. */
  input: readonly Message[];
  /** Further material for a judge. */
  context?: string;
  category: string;
  /** Where the row says itself where it is from; otherwise the format does. */
  source?: string;
  createdAt?: string;
  metadata: Row;
}

/** Two answers and which is better. */
export interface PairSample extends About {
  kind: 'pair';
  answers: readonly [Answer, Answer];
  preferred: Better;
  /** Below 0 where the first answer is better, above 0 where the second is. */
  strength?: number;
  /** The same pair is there the other way round too. */
  twin?: boolean;
  /** Metadata that calls the answers by their places, and so is false of them the other way round. */
  ofPlaces?: Row;
}

/** Right answers and wrong ones. */
export interface CandidatesSample extends About {
  kind: 'candidates';
  chosen: readonly Answer[];
  rejected: readonly Answer[];
}

/** One answer, or none yet, and the score that it deserves where there is one. */
export interface AnswerSample extends About {
  kind: 'answer';
  answer?: Answer;
  score?: number;
}

export type Sample = PairSample | CandidatesSample | AnswerSample;

/** A format of rows. One file each; `index.ts` lists them. */
export interface Converter {
  /** As `--from` takes it. */
  name: string;
  summary: string;
  /** The columns that a table of this format has, by which it is known. */
  columns: readonly string[];
  /** Tells further whether columns are meant in this format, where nobody says so. */
  fits?: (columns: readonly string[]) => boolean;
  /** The name of RM-Gallery's converter, where it is another one than ours with `_` for `-`. */
  alias?: string;
  /** Whether its pairs are written in both orders where nobody says otherwise. */
  swaps?: boolean;
  /** Throws `NotUsable` for a row that holds no sample. */
  convert(row: Row): Sample[];
}

/** A row that cannot be used. */
export class NotUsable extends Error {
  /** One of few reasons, to be counted. */
  readonly dropped: string;
  /** What this row holds. */
  readonly detail: string;

  constructor(dropped: string, detail: string) {
    super(`${dropped}: ${detail}`);
    this.dropped = dropped;
    this.detail = detail;
  }
}

/** The cells of these columns that hold something. */
export function kept(row: Row, names: readonly string[]): Row {
  const filled = names.filter((name) => (row[name] ?? null) !== null);
  return Object.fromEntries(filled.map((name): [string, Cell] => [name, row[name]!]));
}
