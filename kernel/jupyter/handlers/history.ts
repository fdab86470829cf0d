/** history_request: nothing is remembered yet, and the reply says so in the form that clients expect. */
import type { Handler } from '../handler.ts';

export const history: Handler = (_request, _kernel, busy) => {
  busy();
  return { content: { status: 'ok', history: [] } };
};
