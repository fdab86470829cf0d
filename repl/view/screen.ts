/**
 * The whole live part of the screen as rows, and the cursor in it. Pure.
 */
import { isRunning, nextCount, type State } from '../state/state.ts';
import { cleanLine } from '../text/clean.ts';
import { inPrompt } from '../theme.ts';
import type { Frame } from './frame.ts';
import { around, inputRows, type InputRows } from './input-rows.ts';
import { liveRows } from './live-rows.ts';
import { menuRows } from './menu-rows.ts';

/** Rows fewer than the terminal has, so that they can be redrawn in place. */
export function screenOf(state: State, frame: Frame): InputRows {
  const limit = Math.max(3, frame.height - 1);
  const below = menuRows(state, frame);
  const input = around(typed(state, frame), Math.max(1, limit - below.length));
  const above = liveRows(state, frame, limit - below.length - input.rows.length);
  return {
    rows: [...above, ...input.rows, ...below],
    cursor: { x: input.cursor.x, y: input.cursor.y + above.length },
  };
}

function typed(state: State, frame: Frame): InputRows {
  const { question, edit } = state;
  if (question) {
    const text = question.password ? '•'.repeat(question.edit.text.length) : question.edit.text;
    const plain = (prompt: string): string => prompt;
    return inputRows(cleanLine(question.prompt), text, frame, question.edit.cursor, plain);
  }
  const paint = isRunning(state) ? frame.theme.faint : frame.theme.prompt;
  return inputRows(promptOf(state), edit.text, frame, edit.cursor, paint);
}

/** The number is known unless a cell is running or an attached kernel has not told its own yet. */
function promptOf(state: State): string {
  const unknown = state.uncounted || state.cells.length > 0;
  return inPrompt(unknown ? undefined : nextCount(state));
}
