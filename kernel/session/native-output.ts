/**
 * Reads one standard stream of the session process: text of native code and of child processes,
 * cut at the marks that end a cell.
 */
import { StringDecoder } from 'node:string_decoder';

export interface NativeReader {
  read(chunk: Buffer): void;
}

/** `mark` is what `endMark` writes before the cell's number. */
export function nativeReader(
  mark: string,
  onText: (text: string) => void,
  onMark: (cell: number) => void,
): NativeReader {
  const decoder = new StringDecoder('utf8');
  const end = mark[0]!;
  let rest = '';
  return {
    read(chunk) {
      rest += decoder.write(chunk);
      for (;;) {
        const start = rest.indexOf(mark);
        const stop = start < 0 ? -1 : rest.indexOf(end, start + mark.length);
        const safe = start < 0 ? rest.length - partialMark(rest, mark) : start;
        if (safe > 0) onText(rest.slice(0, safe));
        if (stop < 0) {
          rest = rest.slice(safe);
          return;
        }
        onMark(Number(rest.slice(start + mark.length, stop)));
        rest = rest.slice(stop + 1);
      }
    },
  };
}

/** How much of the mark the text may end with. */
function partialMark(text: string, mark: string): number {
  for (let length = Math.min(text.length, mark.length - 1); length > 0; length--)
    if (text.endsWith(mark.slice(0, length))) return length;
  return 0;
}
