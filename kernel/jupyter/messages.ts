/** What each session event is on the wire. */
import type { SessionEvent } from '../session/events.ts';

export interface Outgoing {
  type: string;
  content: Record<string, unknown>;
  metadata?: Record<string, unknown>;
  buffers?: Uint8Array[];
}

type Shown = Exclude<SessionEvent, { type: 'done' | 'input' }>;

/** The iopub message of an event; `count` is the execution count of its cell. */
export function messageOf(event: Shown, count: number): Outgoing {
  switch (event.type) {
    case 'stream':
      return { type: 'stream', content: { name: event.name, text: event.text } };
    case 'display':
    case 'update': {
      const transient = event.id === undefined ? {} : { display_id: event.id };
      const type = event.type === 'update' ? 'update_display_data' : 'display_data';
      return { type, content: { data: event.data, metadata: event.metadata ?? {}, transient } };
    }
    case 'clear':
      return { type: 'clear_output', content: { wait: event.wait } };
    case 'result':
      return {
        type: 'execute_result',
        content: { execution_count: count, data: event.data, metadata: event.metadata ?? {} },
      };
    case 'error':
      return { type: 'error', content: errorContent(event) };
    case 'comm':
      return comm(event);
  }
}

/** Also the reply of the cell that failed. Only names are coloured, and only here. */
export function errorContent(event: {
  name: string;
  message: string;
  hint?: string;
  stack: string[];
}): {
  ename: string;
  evalue: string;
  traceback: string[];
} {
  const [first = `${event.name}: ${event.message}`, ...rest] =
    event.stack.length > 0 ? event.stack : [event.message];
  const red = first.startsWith(event.name)
    ? `\u001b[31m${event.name}\u001b[39m${first.slice(event.name.length)}`
    : first;
  const hint = event.hint === undefined ? [] : [`  ${event.hint}`];
  return { ename: event.name, evalue: event.message, traceback: [red, ...rest, ...hint] };
}

function comm(event: Extract<SessionEvent, { type: 'comm' }>): Outgoing {
  const type = { open: 'comm_open', message: 'comm_msg', close: 'comm_close' }[event.act];
  return {
    type,
    content: {
      comm_id: event.id,
      data: event.data,
      ...(event.act === 'open' && { target_name: event.target ?? '' }),
    },
    ...(event.metadata && { metadata: event.metadata }),
    ...(event.buffers && { buffers: event.buffers }),
  };
}
