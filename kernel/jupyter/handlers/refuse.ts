/** What this kernel does not have, said so that nobody waits for it. */
import type { Handler } from '../handler.ts';

/** In the debug adapter protocol's own words. kernel_info says that there is no debugger. */
export const debug: Handler = (request, _kernel, busy) => {
  busy();
  const { seq = 0, command = '' } = request.message.content as { seq?: number; command?: string };
  const message = 'this kernel has no debugger';
  return {
    content: { type: 'response', seq: 0, request_seq: seq, success: false, command, message },
  };
};

export const subshell: Handler = (_request, _kernel, busy) => {
  busy();
  const evalue = 'this kernel has no subshells: questions are answered while a cell runs';
  return { content: { status: 'error', ename: 'SubshellError', evalue, traceback: [] } };
};
