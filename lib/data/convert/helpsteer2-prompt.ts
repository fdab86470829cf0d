/** HelpSteer2 writes a prompt of several turns as one text, with a mark before each turn but the first. */
import type { Cell } from '../cell.ts';
import type { Message } from '../messages.ts';
import { promptOf } from './read.ts';

const mark = /\n?<extra_id_1>(User|Assistant)\n/;

/** The turns of a prompt; where there is no mark, the text is one turn of the user's. */
export function helpSteer2Prompt(cell: Cell | undefined): Message[] {
  if (typeof cell !== 'string' || !mark.test(cell)) return promptOf(cell);
  const [first = '', ...rest] = cell.split(mark); // The roles stand between the texts.
  const turns: Message[] = first.trim() === '' ? [] : [{ role: 'user', content: first }];
  for (let i = 0; i < rest.length; i += 2)
    turns.push({ role: rest[i] === 'User' ? 'user' : 'assistant', content: rest[i + 1]! });
  return turns;
}
