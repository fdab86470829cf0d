/** history_request: what was run, in this session and earlier ones. What was typed is what is kept, raw or not. */
import type { HistoryQuery } from '../history/history.ts';
import type { Handler } from '../handler.ts';

export const history: Handler = (request, kernel, busy) => {
  busy();
  const query = request.message.content as HistoryQuery;
  return { content: { status: 'ok', history: kernel.history.read(query) } };
};
