/** What a magic is told and what it may do. A magic is one file here and one line in `index.ts`. */
import type { Scope } from '../../lib/code/live.ts';
import type { MimeBundle, Metadata, Problem } from '../session/events.ts';

export interface MagicCall {
  /** What follows the name on its line. */
  line: string;
  /** The rest of the cell, for `%%name`; undefined for `%name`. */
  body: string | undefined;
  cwd: string;
  /** The values that cells declared. */
  scope: Scope;
  /** Aborted when the person interrupts; the cell then waits for `run` to say what it kept. */
  signal: AbortSignal;
  /** The type errors of a text that may use what cells declared; undefined where they cannot be told. */
  check: (code: string) => Promise<Problem[] | undefined>;
  write(text: string, name?: 'stdout' | 'stderr'): void;
  /** Shows a bundle; given the id of an earlier display, replaces it. Returns the id. */
  display(data: MimeBundle, options?: { id?: string; metadata?: Metadata }): string;
}

export interface Magic {
  name: string;
  /** One line for `%lsmagic`. */
  summary: string;
  /** The cell form, `%%name`, takes a body. */
  takesBody: boolean;
  /** Shown by `%name --help` and `%name?`; of the part that the line names, where it names one. */
  help(line?: string, scope?: Scope): string | Promise<string>;
  /** Names to offer for the word under completion, given the line up to it. */
  complete?(line: string, scope: Scope): string[] | Promise<string[]>;
  /** The value, if any, becomes the cell's result. */
  run(call: MagicCall): Promise<unknown>;
}
