/** comm_info_request: the comms that are open, all or those of one target. */
import type { Handler } from '../handler.ts';

export const commInfo: Handler = (request, kernel, busy) => {
  busy();
  const { target_name: wanted } = request.message.content as { target_name?: string };
  const open = [...kernel.comms].filter(([, target]) => wanted === undefined || target === wanted);
  return {
    content: {
      status: 'ok',
      comms: Object.fromEntries(open.map(([id, target_name]) => [id, { target_name }])),
    },
  };
};
