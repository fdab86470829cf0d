/** Cells of a row as the parts of a sample. What is not there, or is something else, makes the row unusable. */
import type { Cell, Row } from '../cell.ts';
import { answerText, conversationIn, decoded, inside } from '../judge-cells.ts';
import { betterOf, type Better } from '../judge-label.ts';
import { shown, type Message } from '../messages.ts';
import type { Refused } from '../preference-pair.ts';
import { NotUsable, type Answer } from './sample.ts';

/** A prompt: what a user said, or messages. */
export function promptOf(cell: Cell | undefined): Message[] {
  return usable(conversationIn(cell ?? null));
}

/** An answer: a text, or an object or the turns that hold it. */
export function answerOf(cell: Cell | undefined, label?: Row): Answer {
  const turn = lastTurn(cell);
  const content = usable(answerText(turn));
  return { content, ...(label && Object.keys(label).length > 0 && { label }) };
}

/** A list of answers, of at least one. */
export function answersOf(cell: Cell | undefined, column: string): Answer[] {
  const list = decoded(cell);
  if (!Array.isArray(list) || list.length === 0)
    throw new NotUsable('not a list of answers', `${column} holds ${shown(list)}`);
  return list.map((item) => answerOf(item));
}

export function betterIn(cell: Cell | undefined, column: string): Better {
  if ((cell ?? null) === null) throw new NotUsable('no label', `${column} holds nothing`);
  const better = betterOf(cell!);
  if (better) return better;
  throw new NotUsable(
    'label out of range',
    `${column} holds ${shown(cell!)}, expected A, B or tie`,
  );
}

/** HelpSteer's −3 to 3, and what its sign says. */
export function strengthIn(
  cell: Cell | undefined,
  column: string,
): { preferred: Better; strength: number } {
  const strength = numberIn(cell, column, [-3, 3]);
  return { strength, preferred: strength === 0 ? 'tie' : strength < 0 ? 'A' : 'B' };
}

/** A number of a range, both ends included. */
export function numberIn(
  cell: Cell | undefined,
  column: string,
  [least, most]: readonly [number, number],
): number {
  if ((cell ?? null) === null) throw new NotUsable('no label', `${column} holds nothing`);
  if (typeof cell === 'number' && cell >= least && cell <= most) return cell;
  throw new NotUsable(
    'label out of range',
    `${column} holds ${shown(cell!)}, expected a number from ${least} to ${most}`,
  );
}

/** An id as text; nothing where there is none. */
export function idIn(cell: Cell | undefined): { id?: string } {
  if (typeof cell === 'string' && cell !== '') return { id: cell };
  return typeof cell === 'number' || typeof cell === 'bigint' ? { id: String(cell) } : {};
}

/** The value, or the reason why there is none thrown. */
export function usable<T>(read: T | Refused): T {
  if (typeof read === 'object' && read !== null && 'dropped' in read)
    throw new NotUsable(read.dropped, read.detail);
  return read;
}

/** Of turns the last, which is the answer. */
function lastTurn(cell: Cell | undefined): Cell {
  const turns = typeof cell === 'string' ? cell : decoded(cell);
  const last = Array.isArray(turns) ? (turns.at(-1) ?? null) : turns;
  return inside(last, 'role') === null && Array.isArray(turns) ? turns : last;
}
