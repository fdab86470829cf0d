/** Completions of the prompts in files, row by row, a few rows at a time. */
import type { Cell, Row, Rows } from '../data/rows.ts';
import { looksLikeMessages, toMessages } from '../data/messages.ts';
import { UserError } from '../errors.ts';
import type { LanguageModel, Promptable, WriteOptions, Written } from './language-model.ts';

export interface GenerateRowsOptions extends Omit<WriteOptions, 'first' | 'called' | 'onProgress'> {
  /** Told after some rows how many are done, and how many tokens were written. */
  onProgress?: (done: number, tokens: number) => void;
}

/** Where a prompt stands, the first that a file has. */
const promptColumns = ['prompt_ids', 'messages', 'prompt'] as const;

/** Rows of a request; two requests are under way, so that nobody waits for this side. */
const rowsPerRequest = 64;
const requests = 2;

/** Each row with `completion`, `token_ids`, `logprobs` and `finish`; `n` times, with `sample`. */
export async function* generateRows(
  model: LanguageModel,
  rows: Rows,
  options: GenerateRowsOptions = {},
): AsyncGenerator<Row> {
  const { onProgress, ...write } = options;
  const column = promptColumn(rows);
  let [done, tokens] = [0, 0];
  for await (const { own, written } of ahead(asked(rows, column, { model, write }))) {
    done += own.length;
    tokens += written.reduce((sum, { ids }) => sum + ids.length, 0);
    onProgress?.(done, tokens);
    for (const completion of written)
      yield { ...own[completion.prompt]!, ...cells(completion, write) };
  }
}

/** Refuses a table without prompts, and says what it has. */
function promptColumn(rows: Rows): (typeof promptColumns)[number] {
  const column = promptColumns.find((name) => Object.hasOwn(rows.columns, name));
  if (column) return column;
  throw new UserError(
    `nothing to write from: expected a column 'prompt', 'messages' or 'prompt_ids'; found ${Object.keys(rows.columns).join(', ')}`,
  );
}

interface Part {
  own: readonly Row[];
  written: Written[];
}

async function* asked(
  rows: Rows,
  column: (typeof promptColumns)[number],
  { model, write }: { model: LanguageModel; write: WriteOptions },
): AsyncGenerator<() => Promise<Part>> {
  let first = 0;
  for await (const chunk of rows.scan())
    for (let at = 0; at < chunk.length; at += rowsPerRequest) {
      const own = chunk.slice(at, at + rowsPerRequest);
      const place = { first, called: 'row', onProgress: () => undefined };
      const prompts = own.map((row, i) => readPrompt(row[column] ?? null, column, place.first + i));
      first += own.length;
      yield async () => ({ own, written: await model.generate(prompts, { ...write, ...place }) });
    }
}

/** Starts work before it is waited for, and gives its results in order. */
async function* ahead<T>(work: AsyncIterable<() => Promise<T>>): AsyncGenerator<T> {
  const started: Promise<T>[] = [];
  for await (const begin of work) {
    const result = begin();
    result.catch(() => undefined);
    started.push(result);
    if (started.length >= requests) yield await started.shift()!;
  }
  for (const result of started) yield await result;
}

function readPrompt(cell: Cell, column: string, row: number): Promptable {
  const where = `row ${row}, column '${column}'`;
  if (column === 'messages') return { messages: toMessages(cell, where) };
  if (column === 'prompt_ids') {
    if (Array.isArray(cell) && cell.length > 0) return { ids: cell.map(Number) };
    throw new UserError(`${where}: expected token ids, found ${shown(cell)}`);
  }
  if (typeof cell === 'string' && cell !== '' && !looksLikeMessages(cell)) return cell;
  if (typeof cell === 'object' && cell !== null) return { messages: toMessages(cell, where) };
  if (typeof cell === 'string' && cell !== '') return { messages: toMessages(cell, where) };
  throw new UserError(`${where}: expected a text or messages, found ${shown(cell)}`);
}

function shown(cell: Cell): string {
  return cell === null ? 'nothing' : cell === '' ? 'an empty text' : JSON.stringify(cell);
}

function cells({ text, ids, logProbs, finish, sample }: Written, { n = 1 }: WriteOptions): Row {
  return {
    ...(n > 1 && { sample }),
    ...{ completion: text, token_ids: ids, logprobs: logProbs, finish },
  };
}
