/** is_complete_request: the parser says whether a cell can run as it stands. Loaded on first use. */
import type { Handler } from '../handler.ts';

export const isCompleteRequest: Handler = async (request, _kernel, busy) => {
  busy();
  const { isComplete } = await import('../../session/is-complete.ts');
  const { code } = request.message.content as { code: string };
  return { content: { ...isComplete(code) } };
};
