/** Conversations. Where the assistant has the last word, that is the answer. */
import { contentText } from '../judge-cells.ts';
import { idIn, promptOf } from './read.ts';
import { NotUsable, type Converter } from './sample.ts';

/** Columns that give such rows another meaning. */
const labels = [
  ...['chosen', 'rejected', 'output', 'response', 'response_a', 'response_1', 'answer'],
  ...['helpfulness', 'score', 'rating', 'label', 'preferred', 'preference', 'winner'],
];

export const chatMessage: Converter = {
  name: 'chat-message',
  summary: 'conversations in messages',
  columns: ['messages'],
  fits: (columns) => !columns.some((name) => labels.includes(name.toLowerCase())),
  convert(row) {
    const turns = promptOf(row.messages);
    const last = turns.at(-1)!;
    const about = { kind: 'answer', ...idIn(row.id), category: 'chat', metadata: {} } as const;
    if (last.role !== 'assistant') return [{ ...about, input: turns }];
    if (turns.length === 1) throw new NotUsable('no prompt', 'found an answer alone');
    const content = contentText(last.content);
    if (content === undefined || content.trim() === '')
      throw new NotUsable('empty answer', 'the last turn has no text');
    return [{ ...about, input: turns.slice(0, -1), answer: { content } }];
  },
};
