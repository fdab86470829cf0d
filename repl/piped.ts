/**
 * Input from a pipe: cut into cells, run one after another, output as it comes. Ends at the first
 * error.
 */
import type { Writable } from 'node:stream';
import type { Kernel } from './kernel/kernel.ts';
import type { Output } from './state/output.ts';
import { clean, cleanColoured } from './text/clean.ts';
import { bundleText } from './view/bundle-text.ts';

interface Streams {
  stdout: Writable;
  stderr: Writable;
  /** Whether a traceback keeps its colours. */
  colours: boolean;
}

/** Runs a whole text; 0 when every cell ended well, else 1. */
export async function runPiped(kernel: Kernel, text: string, streams: Streams): Promise<0 | 1> {
  for await (const cell of cellsOf(kernel, text)) {
    const shown = new Map<string, string>();
    const status = await kernel.run(cell, {
      output: (output) => show(output, shown, streams),
      ask: ({ prompt }) => {
        streams.stderr.write(`${clean(prompt)}\nno input: stdin is the program\n`);
        return Promise.resolve('');
      },
    });
    for (const last of shown.values()) streams.stdout.write(`${last}\n`);
    if (status === 'error') return 1;
  }
  return 0;
}

/** As many lines as each cell needs to be whole; what never becomes whole is one last cell. */
export async function* cellsOf(
  kernel: Pick<Kernel, 'isComplete'>,
  text: string,
): AsyncIterable<string> {
  const lines = text.replaceAll('\r\n', '\n').split('\n');
  let cell: string[] = [];
  for (const [i, line] of lines.entries()) {
    cell.push(line);
    const code = cell.join('\n');
    if (code.trim() === '') cell = [];
    else if (!goesOn(lines[i + 1]) && (await kernel.isComplete(code)).status === 'complete') {
      yield code;
      cell = [];
    }
  }
  if (cell.length > 0) yield cell.join('\n');
}

/** Lines that can only belong to what stands before them, though that is whole by itself. */
function goesOn(next: string | undefined): boolean {
  const line = next?.trim() ?? '';
  return /^([.)\]},:]|\?\.|\?\?|\? |&&|\|\||(else|catch|finally)\b)/.test(line);
}

/** Displays that can be updated are written when the cell ends, as they are then. */
function show(
  output: Output,
  shown: Map<string, string>,
  { stdout, stderr, colours }: Streams,
): void {
  if (output.type === 'stream')
    (output.name === 'stdout' ? stdout : stderr).write(clean(output.text));
  if (output.type === 'result') stdout.write(`${bundleText(output.data)}\n`);
  if (output.type === 'display' && output.id === undefined)
    stdout.write(`${bundleText(output.data)}\n`);
  if (output.type === 'display' && output.id !== undefined)
    shown.set(output.id, bundleText(output.data));
  if (output.type === 'update' && shown.has(output.id))
    shown.set(output.id, bundleText(output.data));
  if (output.type === 'error') stderr.write(`${errorText(output, colours)}\n`);
}

function errorText(error: Extract<Output, { type: 'error' }>, colours: boolean): string {
  if (error.traceback.length > 0) return cleanColoured(error.traceback.join('\n'), colours);
  return clean(`${error.name}: ${error.message}`);
}
