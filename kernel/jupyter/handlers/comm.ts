/** comm_open, comm_msg, comm_close: carried to the session, which knows the targets. */
import type { CommAct } from '../../session/events.ts';
import type { Handler } from '../handler.ts';

export const commOpen = carry('open');
export const commMessage = carry('message');
export const commClose = carry('close');

function carry(act: CommAct): Handler {
  return ({ message, identities }, kernel, busy) => {
    busy();
    const {
      comm_id: id,
      target_name: target,
      data,
    } = message.content as { comm_id?: string; target_name?: string; data: unknown };
    if (id === undefined) return undefined;
    if (act === 'open') kernel.comms.set(id, target ?? '');
    if (act === 'close') kernel.comms.delete(id);
    const cell = kernel.parents.add({
      header: message.header,
      identities,
      count: kernel.executions.count,
      stdin: false,
    });
    const { metadata, buffers } = message;
    kernel.session.comm({
      act,
      id,
      ...(target !== undefined && { target }),
      data,
      metadata,
      buffers,
      cell,
    });
    return undefined;
  };
}
