/**
 * What crosses the pipes between the kernel process and the session process: one JSON object a
 * line. Bytes of comm messages travel as base64.
 */
import type {
  CommMessage,
  Completion,
  CompletionRequest,
  ExecuteRequest,
  Inspection,
  InspectionRequest,
  Problem,
  SessionEvent,
} from './events.ts';

/** Kernel process to session process, on file descriptor 3. */
export type Command =
  | { type: 'execute'; request: ExecuteRequest }
  | { type: 'complete'; id: number; request: CompletionRequest }
  | { type: 'inspect'; id: number; request: InspectionRequest }
  | { type: 'answer'; id: string; text: string | null }
  | { type: 'checked'; id: number; problems: Problem[] | null }
  | { type: 'comm'; message: CommMessage };

/** Session process to kernel process, on file descriptor 4. */
export type Notice =
  | { type: 'ready' }
  | { type: 'event'; event: SessionEvent }
  | { type: 'completion'; id: number; completion: Completion }
  | { type: 'check'; id: number; code: string }
  | { type: 'inspection'; id: number; inspection: Inspection | null };

/** The files that the session process is started with, beside its standard streams. */
export const commandsFile = 3;
export const noticesFile = 4;
export const interruptsFile = 5;

export function encode(message: Command | Notice): string {
  const comm =
    message.type === 'comm' || (message.type === 'event' && message.event.type === 'comm');
  // The replacer makes JSON ten times slower, and only comms carry bytes.
  return `${comm ? JSON.stringify(message, bytesAsText) : JSON.stringify(message)}\n`;
}

/** A result waits for its `done`, which comes at once: one write wakes the kernel once. */
export function noticeWriter(write: (text: string) => void): (notice: Notice) => void {
  let held = '';
  return (notice) => {
    const text = held + encode(notice);
    held = notice.type === 'event' && notice.event.type === 'result' ? text : '';
    if (held === '') write(text);
  };
}

export function decodeCommand(line: string): Command {
  const command = JSON.parse(line) as Command;
  if (command.type === 'comm') restoreBytes(command.message);
  return command;
}

export function decodeNotice(line: string): Notice {
  const notice = JSON.parse(line) as Notice;
  if (notice.type === 'event' && notice.event.type === 'comm') restoreBytes(notice.event);
  return notice;
}

/** JSON.stringify's replacer for the one place that holds bytes. */
function bytesAsText(key: string, value: unknown): unknown {
  if (key !== 'buffers' || !Array.isArray(value)) return value;
  return value.map((item: unknown) =>
    item instanceof Uint8Array ? Buffer.from(item).toString('base64') : item,
  );
}

function restoreBytes(message: { buffers?: unknown }): void {
  if (!Array.isArray(message.buffers)) return;
  message.buffers = message.buffers.map(
    (text) => new Uint8Array(Buffer.from(String(text), 'base64')),
  );
}
