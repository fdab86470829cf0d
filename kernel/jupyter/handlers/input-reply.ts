/** input_reply, on stdin: the line that a cell waits for. */
import type { Handler } from '../handler.ts';

export const inputReply: Handler = (request, kernel, busy) => {
  busy();
  const { value } = request.message.content as { value: string };
  const id = kernel.parents.takeInput(request.identities);
  if (id !== undefined) kernel.session.answer(id, value);
  return undefined;
};
