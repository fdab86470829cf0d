/** interrupt_request, on control: answered once the session has acknowledged. */
import type { Handler } from '../handler.ts';

export const interrupt: Handler = async (_request, kernel, busy) => {
  busy();
  await kernel.interrupt();
  return { content: { status: 'ok' } };
};
