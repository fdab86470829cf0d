/** What crosses the line between the kernel process and the language process: plain data. */
import type {
  Completion,
  CompletionRequest,
  InspectionRequest,
  Problem,
} from '../session/events.ts';

/** What types and comments say of a name. */
export interface Typed {
  /** Its declaration in a line, its comment. */
  text: string;
  /** Its declaration as it was written, where that was asked for and a cell or a file of the person's has it. */
  source?: string;
  /** A function, a class or a type: its declaration says all of it. */
  callable: boolean;
}

/** A question, and what it is answered with. */
export interface Asked {
  complete: { request: CompletionRequest; answer: Completion };
  inspect: { request: InspectionRequest; answer: Typed | undefined };
  check: { request: { code: string }; answer: Problem[] };
}

/** Kernel process to language process. */
export type ToLanguage =
  /** Was run, after those before it. */
  | { type: 'cell'; code: string }
  /** The variables are lost. */
  | { type: 'forget' }
  | { [Q in keyof Asked]: { type: Q; id: number; request: Asked[Q]['request'] } }[keyof Asked];

/** Language process to kernel process. */
export type FromLanguage = { type: 'ready' } | { type: 'answer'; id: number; answer: unknown };
