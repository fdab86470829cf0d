/** shutdown_request: the reply first, then the end. */
import type { Handler } from '../handler.ts';

export const shutdown: Handler = (request, kernel, busy) => {
  busy();
  const { restart = false } = request.message.content as { restart?: boolean };
  return { content: { status: 'ok', restart }, after: () => kernel.shutdown(restart) };
};
