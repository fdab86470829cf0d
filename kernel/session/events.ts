/**
 * What a cell shows and what a session is told: plain data, so it crosses a pipe, a wire and a test
 * unchanged. Front ends only translate.
 */

/** MIME type to content: text for text types, plain data for `+json` types, base64 for images. */
export type MimeBundle = Record<string, unknown>;
export type Metadata = Record<string, unknown>;

/** One thing that a cell shows. `cell` is the cell that caused it, however late. */
export type SessionEvent = { cell: number } & (
  | { type: 'stream'; name: 'stdout' | 'stderr'; text: string }
  | { type: 'display' | 'update'; id?: string; data: MimeBundle; metadata?: Metadata }
  | { type: 'clear'; wait: boolean }
  | { type: 'result'; data: MimeBundle; metadata?: Metadata }
  | { type: 'input'; id: string; prompt: string; password: boolean }
  | {
      type: 'comm';
      act: CommAct;
      id: string;
      target?: string;
      data: unknown;
      metadata?: Metadata;
      buffers?: Uint8Array[];
    }
  | { type: 'error'; name: string; message: string; hint?: string; stack: string[] }
  | {
      type: 'done';
      status: 'ok' | 'error' | 'interrupted';
      expressions?: Record<string, ExpressionResult>;
      /** What the cell asked about, `name?`: to be answered with its reply. */
      questions?: InspectionRequest[];
    }
);

export type CommAct = 'open' | 'message' | 'close';
export type ExpressionResult =
  | { status: 'ok'; data: MimeBundle; metadata: Metadata }
  | { status: 'error'; name: string; message: string; stack: string[] };

export interface ExecuteRequest {
  /** Unique number of this execution; its events carry it. */
  cell: number;
  code: string;
  /** Shown in stack frames as `cell-<count>.ts`. */
  count: number;
  /** Evaluate without showing a result. */
  silent: boolean;
  /** Extra expressions to evaluate once the cell is done (Jupyter's user_expressions). */
  expressions: Record<string, string>;
}

/** Offsets are UTF-16 code units here; the Jupyter face turns them into code points. */
export interface CompletionRequest {
  code: string;
  cursor: number;
}
export interface Completion {
  matches: string[];
  start: number;
  end: number;
  types: Match[];
}
/** A match with what is known of it. */
export interface Match {
  text: string;
  /** function, class, instance, property, keyword, magic, … */
  type: string;
  /** How it is declared. */
  signature?: string;
  documentation?: string;
}
export interface InspectionRequest {
  code: string;
  cursor: number;
  detail: 0 | 1;
}
/** Undefined where nothing is known of the thing under the cursor. */
export type Inspection = MimeBundle | undefined;
/** A type error; line and column count from 1. */
export interface Problem {
  line: number;
  column: number;
  message: string;
  /** TypeScript's number of it. */
  code: number;
}
export interface CommMessage {
  act: CommAct;
  id: string;
  target?: string;
  data: unknown;
  metadata?: Metadata;
  buffers?: Uint8Array[];
  cell: number;
}

/** The kernel process's handle on the session process. */
export interface Session {
  /**
   * Resolves with the cell's `done` event, which is also emitted. Cells run one after another; events
   * come in a later turn than the call.
   */
  execute(request: ExecuteRequest): Promise<Extract<SessionEvent, { type: 'done' }>>;
  complete(request: CompletionRequest): Promise<Completion>;
  inspect(request: InspectionRequest): Promise<Inspection>;
  /** The line that an input waits for; null: this client cannot be asked. */
  answer(id: string, text: string | null): void;
  comm(message: CommMessage): void;
  /** Ends what the session is doing now; resolves when the session has acknowledged. */
  interrupt(): Promise<void>;
  /** Ends the session process. */
  close(): Promise<void>;
}

export interface SessionOptions {
  /** The folder that cells run in and import from. */
  cwd: string;
  /** Arguments for Node itself, such as `--max-old-space-size=4096`. */
  nodeArguments?: readonly string[];
  onEvent(event: SessionEvent): void;
  /** A cell asks for the type errors of a text; undefined where they cannot be told. */
  onCheck?(code: string): Promise<Problem[] | undefined>;
  /** The session died of itself: why, in a sentence. Pending cells have been ended with an error event before this. The next `execute` starts another process. */
  onDeath(reason: string): void;
}
