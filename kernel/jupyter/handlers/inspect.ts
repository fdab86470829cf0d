/** inspect_request: what is known of the thing under the cursor. */
import { fromCodePoints } from '../cursor.ts';
import type { Handler } from '../handler.ts';

export const inspect: Handler = async (request, kernel, busy) => {
  busy();
  const {
    code,
    cursor_pos,
    detail_level = 0,
  } = request.message.content as { code: string; cursor_pos: number; detail_level?: 0 | 1 };
  const data = await kernel.assist.inspect({
    code,
    cursor: fromCodePoints(code, cursor_pos),
    detail: detail_level,
  });
  return { content: { status: 'ok', found: data !== undefined, data: data ?? {}, metadata: {} } };
};
