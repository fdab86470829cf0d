/**
 * A kernel's message as an `Output`. Fields of the wrong type are left out rather than trusted.
 */
import type { MimeBundle } from '../../lib/display/bundle.ts';
import type { Output } from '../state/output.ts';

type Content = Readonly<Record<string, unknown>>;

const readers: Record<string, (content: Content) => Output | undefined> = {
  execute_input: (c) => ({
    type: 'started',
    count: number(c['execution_count']),
    code: text(c['code']),
  }),
  stream: (c) => ({
    type: 'stream',
    name: c['name'] === 'stderr' ? 'stderr' : 'stdout',
    text: text(c['text']),
  }),
  display_data: (c) => {
    const id = displayId(c);
    return { type: 'display', data: bundle(c['data']), ...(id !== undefined && { id }) };
  },
  update_display_data: (c) => {
    const id = displayId(c);
    return id === undefined ? undefined : { type: 'update', id, data: bundle(c['data']) };
  },
  execute_result: (c) => ({
    type: 'result',
    count: number(c['execution_count']),
    data: bundle(c['data']),
  }),
  clear_output: (c) => ({ type: 'clear', wait: c['wait'] === true }),
  error: (c) => ({
    type: 'error',
    name: text(c['ename']),
    message: text(c['evalue']),
    traceback: Array.isArray(c['traceback']) ? c['traceback'].map(text) : [],
  }),
};

/** Undefined for messages that show nothing. */
export function outputOf(type: string, content: unknown): Output | undefined {
  return Object.hasOwn(readers, type) ? readers[type]!(record(content)) : undefined;
}

function displayId(content: Content): string | undefined {
  const id = record(content['transient'])['display_id'];
  return typeof id === 'string' ? id : undefined;
}

function bundle(value: unknown): MimeBundle {
  return record(value);
}

function record(value: unknown): Content {
  return typeof value === 'object' && value !== null ? (value as Content) : {};
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function number(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}
