/** What the two halves of RMB (Zhou et al., 2024) share: answers with their models, and a path of categories. */
import type { Cell, Row } from '../cell.ts';
import { inside } from '../judge-cells.ts';
import { answerOf, promptOf } from './read.ts';
import type { Answer } from './sample.ts';

/** `{ answer, llm_name }`. */
export function rmbAnswer(cell: Cell | undefined): Answer {
  const model = inside(cell, 'llm_name');
  return answerOf(inside(cell, 'answer'), typeof model === 'string' ? { model } : {});
}

export function rmbPrompt(row: Row) {
  const path = typeof row.category_path === 'string' ? row.category_path : null;
  return {
    input: promptOf(row.conversation_input),
    category: 'conversation',
    metadata: { category_path: path, subset: path },
  };
}
