/** execute_request: a cell, in its turn. */
import type { ExecuteRequest, ExpressionResult } from '../../session/events.ts';
import type { Done } from '../executions.ts';
import { errorContent } from '../messages.ts';
import type { Handler, Kernel, Reply } from '../handler.ts';

interface ExecuteContent {
  code?: string;
  silent?: boolean;
  store_history?: boolean;
  stop_on_error?: boolean;
  user_expressions?: Record<string, string> | null;
  allow_stdin?: boolean;
}

export const execute: Handler = async (request, kernel, busy) => {
  const content = request.message.content as ExecuteContent;
  const { code = '', silent = false } = content;
  const expressions = content.user_expressions ?? {}; // some clients send null
  let cell = 0;
  let count = kernel.executions.count;
  const { header } = request.message;
  const begin = (): ExecuteRequest => {
    const stored = !silent && (content.store_history ?? true);
    if (stored) kernel.executions.count++;
    count = kernel.executions.count;
    if (stored) kernel.history.add(count, code);
    if (!silent) kernel.language.cell(code);
    const { allow_stdin: stdin = false } = content;
    const { identities } = request;
    const line = stored ? { line: count } : {};
    cell = kernel.parents.add({ header, identities, count, stdin, ...line });
    return { cell, code, count, silent, expressions };
  };
  const begun = (): void => {
    busy();
    if (!silent) kernel.publish('execute_input', { code, execution_count: count }, header);
  };
  const stopOnError = content.stop_on_error ?? true;
  const done = await kernel.executions.run({ header, stopOnError, begin, begun });
  if (content.allow_stdin) kernel.assist.expect();
  if (done === 'aborted') {
    busy();
    return { content: { status: 'aborted', execution_count: kernel.executions.count } };
  }
  return replyOf(kernel, cell, count, done);
};

async function replyOf(kernel: Kernel, cell: number, count: number, done: Done): Promise<Reply> {
  if (done.status === 'ok') {
    const user_expressions = Object.fromEntries(
      Object.entries(done.expressions ?? {}).map(([name, result]) => [name, expression(result)]),
    );
    return {
      content: {
        status: 'ok',
        execution_count: count,
        payload: await pages(kernel, done),
        user_expressions,
      },
    };
  }
  const error = kernel.parents.error(cell) ?? {
    name: 'Interrupted',
    message: 'the cell was interrupted',
    stack: [],
  };
  return { content: { status: 'error', execution_count: count, ...errorContent(error) } };
}

/** What `name?` is answered with: front ends show it in their pager, or below the cell. */
function pages(kernel: Kernel, { questions = [] }: Done): Promise<unknown[]> {
  return Promise.all(
    questions.map(async (question) => {
      const unknown = { 'text/plain': `nothing is known of '${question.code}'` };
      const data = (await kernel.assist.inspect(question, { patient: true })) ?? unknown;
      return { source: 'page', data, start: 0 };
    }),
  );
}

function expression(result: ExpressionResult): Record<string, unknown> {
  if (result.status === 'ok') return { ...result };
  return { status: 'error', ...errorContent(result) };
}
