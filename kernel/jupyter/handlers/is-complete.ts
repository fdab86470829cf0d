/** is_complete_request: the parser says whether a cell can run as it stands. */
import { isComplete } from '../../session/is-complete.ts';
import type { Handler } from './index.ts';

export const isCompleteRequest: Handler = (request, _kernel, busy) => {
  busy();
  const { code } = request.message.content as { code: string };
  return { content: { ...isComplete(code) } };
};
