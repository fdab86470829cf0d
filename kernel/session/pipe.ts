/**
 * Lines over a pipe: read as they come, written so that a full pipe blocks the writer. Blocking is
 * the back-pressure: a cell that prints faster than the kernel reads waits, and nothing is lost.
 */
import { writeSync } from 'node:fs';
import { Socket } from 'node:net';

const lineEnd = 10;

/** Calls back with all whole lines of each chunk; returns what to do with a chunk. */
export function lineSplitter(onLines: (lines: string[]) => void): (chunk: Buffer) => void {
  let parts: Buffer[] = [];
  return (chunk) => {
    const last = chunk.lastIndexOf(lineEnd);
    if (last < 0) {
      parts.push(chunk); // joined only once: a 10 MB line must not be copied for every chunk
      return;
    }
    // As bytes up to here, and as text from a line's start to a line's end: no character is torn.
    const whole = Buffer.concat([...parts, chunk.subarray(0, last)]).toString();
    parts = [chunk.subarray(last + 1)];
    onLines(whole.split('\n'));
  };
}

/** Reads lines from an inherited file descriptor and keeps the event loop alive. */
export function readLines(file: number, onLine: (line: string) => void, onEnd: () => void): Socket {
  const socket = new Socket({ fd: file, readable: true, writable: true });
  socket.on(
    'data',
    lineSplitter((lines) => lines.forEach(onLine)),
  );
  socket.on('end', onEnd);
  socket.on('error', onEnd);
  return socket;
}

/** A writer that returns once everything is in the pipe. */
export function blockingWriter(file: number): (text: string) => void {
  // What an interrupted write left over goes first next time, so that no line is ever torn.
  let unsent = Buffer.alloc(0);
  return (text) => {
    const bytes = Buffer.from(text);
    unsent = unsent.length === 0 ? bytes : Buffer.concat([unsent, bytes]);
    while (unsent.length > 0) unsent = unsent.subarray(writeSome(file, unsent));
  };
}

const pause = new Int32Array(new SharedArrayBuffer(4));

/** Bytes that the pipe took: 0, after a moment, when it is full and does not block by itself. */
function writeSome(file: number, bytes: Buffer): number {
  try {
    return writeSync(file, bytes);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
    Atomics.wait(pause, 0, 0, 1);
    return 0;
  }
}
