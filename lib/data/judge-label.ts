/**
 * Which of two answers a row calls the better one, wherever and however the row says so.
 */
import type { Cell, Row } from './cell.ts';
import { cellOf, inside, outputsOf } from './judge-cells.ts';
import { shown } from './messages.ts';
import type { Refused } from './preference-pair.ts';

export type Better = 'A' | 'B' | 'tie';

export interface PairLabel {
  truth: Better;
  strength?: number;
  responseId?: string;
}

const flat = [
  ...['preferred', 'preference', 'winner', 'better'],
  ...['label', 'truth', 'true', 'ground_truth'],
];

/** The label of a row. One that is missing and one that is none of A, B and tie are told apart. */
export function pairLabel(row: Row): PairLabel | Refused {
  const [where, cell] = places(row).find(([, found]) => found !== null) ?? ['the row', null];
  if (cell === null || cell === '') {
    const sign = bySign(row);
    return sign ?? { dropped: 'no label', detail: 'nothing says which answer is better' };
  }
  const truth = betterOf(cell);
  if (!truth)
    return {
      dropped: 'label out of range',
      detail: `${where} holds ${shown(cell)}, expected A, B or tie`,
    };
  return { truth, ...besides(row) };
}

/** A, B or tie, however it is written; undefined for anything else. */
export function betterOf(cell: Cell): Better | undefined {
  if (typeof cell !== 'string') return undefined;
  const text = cell.trim().toUpperCase();
  if (/^(TIE|EQUAL|SAME|A=+B|TIE \(BOTHBAD\))$/.test(text)) return 'tie';
  const [, letter, number, sign] =
    /^(?:(?:RESPONSE|ANSWER|MODEL|ASSISTANT)[ _-]?)?([AB])$|^(?:RESPONSE|ANSWER|MODEL)[ _-]?([12])$|^(A>+B|B>+A)$/.exec(
      text,
    ) ?? [];
  if (letter) return letter as Better;
  if (number) return number === '1' ? 'A' : 'B';
  if (!sign) return undefined;
  return sign.startsWith('A') ? 'A' : 'B';
}

/** Where a label may be, with what is there, the most telling first. */
function places(row: Row): [string, Cell][] {
  const outputs = outputsOf(row);
  return [
    ['metadata.preferred', inside(row.metadata, 'preferred')],
    ['extra_info.metadata.preferred', inside(row.extra_info, 'metadata', 'preferred')],
    ...flat.map((name): [string, Cell] => [name, inside(cellOf(row, [name]))]),
    ['reward_model.ground_truth', inside(row.reward_model, 'ground_truth')],
    ['label.preference', ofOutputs(outputs, 'preference')],
    ['label.is_preferred', ofOutputs(outputs, 'is_preferred')],
  ];
}

/** A label on the answers: the same name on each, or a mark on the better one. */
function ofOutputs(outputs: readonly Cell[], key: string): Cell {
  const labels = outputs.map((item) => inside(item, 'answer', 'label', key));
  const better = labels.map((label) => label === true || label === 'chosen');
  const worse = labels.map((label) => label === false || label === 'rejected');
  if (better.concat(worse).some(Boolean)) {
    if (better[0] === better[1]) return better[0] ? 'tie' : shown(labels);
    return better[0] ? 'A' : 'B';
  }
  const said = [...new Set(labels.filter((label) => label !== null))];
  return said.length > 1 ? shown(said) : (said[0] ?? null);
}

/** HelpSteer's −3 to 3: below 0 the first answer is better, above 0 the second. */
function bySign(row: Row): PairLabel | undefined {
  const strength = cellOf(row, ['preference_strength', 'overall_preference']);
  if (typeof strength !== 'number' || !Number.isFinite(strength)) return undefined;
  return { truth: strength === 0 ? 'tie' : strength < 0 ? 'A' : 'B', strength };
}

function besides(row: Row): Omit<PairLabel, 'truth'> {
  const [first] = outputsOf(row);
  const strength =
    inside(row.metadata, 'preference_strength') ??
    inside(row.extra_info, 'metadata', 'preference_strength') ??
    inside(first, 'answer', 'label', 'preference_strength') ??
    cellOf(row, ['preference_strength']);
  const id = inside(first, 'answer', 'label', 'response_id') ?? cellOf(row, ['response_id']);
  return {
    ...(typeof strength === 'number' && { strength }),
    ...(typeof id === 'string' && { responseId: id }),
  };
}
