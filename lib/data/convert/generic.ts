/**
 * Rows of no format of their own: a prompt under one of the usual names, and with it two answers and which
 * is better, a chosen and a rejected one, an answer and its score, or an answer alone.
 */
import type { Row } from '../cell.ts';
import { cellOf, columnOf, contextOf, conversationOf, sourceOf } from '../judge-cells.ts';
import { answersIn, judgedPair } from '../judge-pair.ts';
import { scoreLabel } from '../judge-point.ts';
import { answerOf, idIn, promptOf, usable } from './read.ts';
import { NotUsable, type AnswerSample, type Converter, type Sample } from './sample.ts';

const prompts = ['prompt', 'question', 'query', 'instruction', 'input', 'text', 'conversation'];
const answers = ['response', 'answer', 'output', 'completion'];
/** How a prompt of one of these names is called in exported rows. */
const categories: Record<string, string> = {
  question: 'qa',
  query: 'qa',
  instruction: 'instruction_following',
};

export const generic: Converter = {
  name: 'generic',
  summary: 'a prompt, and two answers, a scored answer or an answer, by their usual names',
  columns: [],
  alias: '*',
  fits: (columns) => {
    const table = Object.fromEntries(columns.map((name) => [name, null]));
    const pair = answersIn(table)?.length === 2;
    const asked = columnOf(table, [...prompts, 'messages', 'context']) !== undefined;
    const answered = columnOf(table, [...answers, 'messages']) !== undefined;
    return pair ? asked || columnOf(table, ['chosen']) !== undefined : asked && answered;
  },
  convert: (row) => [answersIn(row)?.length === 2 ? pairOf(row) : answered(row)],
};

function pairOf(row: Row): Sample {
  const { conversation, answers: texts, truth, strength } = usable(judgedPair(row, 0));
  const about = { input: conversation, ...aboutOf(row) };
  const [first, second] = texts.map((content) => ({ content }));
  if (columnOf(row, ['chosen']) === answersIn(row)![0])
    return { kind: 'candidates', ...about, chosen: [first!], rejected: [second!] };
  return {
    kind: 'pair',
    ...about,
    answers: [first!, second!],
    preferred: truth,
    ...(strength !== undefined && { strength }),
  };
}

function answered(row: Row): AnswerSample {
  const score = scoreLabel(row, { min: -Infinity, max: Infinity, attribute: 'helpfulness' });
  const scored = typeof score === 'number' ? { score } : {};
  const about = { kind: 'answer', ...aboutOf(row), ...scored } as const;
  const own = cellOf(row, answers);
  if (own !== null) return { ...about, input: promptIn(row), answer: answerOf(own, scored) };
  const turns = usable(conversationOf(row));
  const last = turns.at(-1)!;
  if (last.role !== 'assistant' || turns.length === 1)
    throw new NotUsable('no answer', 'the conversation does not end with one');
  return { ...about, input: turns.slice(0, -1), answer: answerOf(last.content, scored) };
}

/** An instruction's own material follows it, as in Alpaca's rows. */
function promptIn(row: Row) {
  const cell = cellOf(row, ['messages', ...prompts, 'context']);
  const instruction = columnOf(row, ['instruction']);
  if (instruction === undefined || cell !== row[instruction]) return promptOf(cell);
  const texts = [cell, cellOf(row, ['input'])].filter((text) => typeof text === 'string');
  return promptOf(texts.filter((text) => text.trim() !== '').join('\n\n') || cell);
}

function aboutOf(row: Row) {
  const source = sourceOf(row, '');
  const named = prompts.find((name) => columnOf(row, [name]) !== undefined) ?? '';
  const { task_category: category = null } = row;
  const context = contextOf(row);
  return {
    ...idIn(cellOf(row, ['unique_id', 'id'])),
    category: typeof category === 'string' ? category : (categories[named] ?? 'chat'),
    ...(source !== '' && { source }),
    ...(context !== '' && { context }),
    metadata: {},
  };
}
