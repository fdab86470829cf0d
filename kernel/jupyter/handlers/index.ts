/** Message type to handler. One file a message, one line here. */
import type { Handler } from '../handler.ts';
import { commClose, commMessage, commOpen } from './comm.ts';
import { commInfo } from './comm-info.ts';
import { complete } from './complete.ts';
import { execute } from './execute.ts';
import { history } from './history.ts';
import { inputReply } from './input-reply.ts';
import { inspect } from './inspect.ts';
import { interrupt } from './interrupt.ts';
import { isCompleteRequest } from './is-complete.ts';
import { kernelInfo } from './kernel-info.ts';
import { debug, subshell } from './refuse.ts';
import { shutdown } from './shutdown.ts';
import { usage } from './usage.ts';

export const handlers: ReadonlyMap<string, Handler> = new Map(
  Object.entries({
    comm_close: commClose,
    comm_info_request: commInfo,
    comm_msg: commMessage,
    comm_open: commOpen,
    complete_request: complete,
    create_subshell_request: subshell,
    debug_request: debug,
    delete_subshell_request: subshell,
    execute_request: execute,
    history_request: history,
    input_reply: inputReply,
    inspect_request: inspect,
    interrupt_request: interrupt,
    is_complete_request: isCompleteRequest,
    kernel_info_request: kernelInfo,
    list_subshell_request: subshell,
    shutdown_request: shutdown,
    usage_request: usage,
  }),
);
