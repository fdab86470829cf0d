/** A magic's call that keeps what the magic says and shows, in order. */
import type { MagicCall } from '../../../kernel/magics/magic.ts';
import { tableType, type MimeBundle } from '../../../lib/display/bundle.ts';

export interface Shown {
  id: string;
  what: 'display' | 'update';
  form: 'figure' | 'progress' | 'table';
  data: MimeBundle;
}

export interface FakeCall {
  call: MagicCall;
  shown: Shown[];
  /** What was written to stdout, and to stderr. */
  out: () => string;
  err: () => string;
  interrupt: () => void;
}

const nothing: MagicCall['scope'] = {
  names: () => Promise.resolve([]),
  value: () => Promise.resolve(undefined),
};

const unchecked = (): Promise<undefined> => Promise.resolve(undefined);

export function fakeCall(
  line: string,
  { body, cwd = '.', scope = nothing, check = unchecked }: Partial<MagicCall> = {},
): FakeCall {
  const shown: Shown[] = [];
  const texts: Record<'stdout' | 'stderr', string> = { stdout: '', stderr: '' };
  const controller = new AbortController();
  return {
    shown,
    out: () => texts.stdout,
    err: () => texts.stderr,
    interrupt: () => controller.abort(),
    call: {
      line,
      body,
      cwd,
      scope,
      check,
      signal: controller.signal,
      write: (text, name = 'stdout') => void (texts[name] += text),
      display(data, { id } = {}) {
        const own = id ?? `d${shown.length}`;
        const form = 'image/svg+xml' in data ? 'figure' : tableType in data ? 'table' : 'progress';
        shown.push({ id: own, what: id === undefined ? 'display' : 'update', form, data });
        return own;
      },
    },
  };
}
