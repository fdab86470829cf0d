/** complete_request: names, members and what types allow. Cursors are code points on the wire. */
import { fromCodePoints, toCodePoints } from '../cursor.ts';
import type { Handler } from '../handler.ts';

export const complete: Handler = async (request, kernel, busy) => {
  busy();
  const { code, cursor_pos } = request.message.content as { code: string; cursor_pos: number };
  const { matches, start, end, types } = await kernel.assist.complete({
    code,
    cursor: fromCodePoints(code, cursor_pos),
  });
  const [cursor_start, cursor_end] = [toCodePoints(code, start), toCodePoints(code, end)];
  const experimental = types.map((match) => ({
    ...match,
    start: cursor_start,
    end: cursor_end,
  }));
  return {
    content: {
      status: 'ok',
      matches,
      cursor_start,
      cursor_end,
      metadata: { _jupyter_types_experimental: experimental },
    },
  };
};
