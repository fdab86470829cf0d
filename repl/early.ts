/**
 * The prompt before the terminal is there: shown at once and taking keys while ink, React and the
 * kernel's client load. What was typed is handed on unread, so ink sees every key.
 */
import type { ReadStream, WriteStream } from 'node:tty';

const pasteOn = '\u001b[?2004h';
const eraseLine = '\r\u001b[K';

/** Shows the prompt and echoes plain characters. `end` takes both back and returns the keys to stdin. */
export function showEarly(
  stdin: ReadStream,
  stdout: WriteStream,
  prompt: { text: string; width: number },
): { end(): void } {
  let typed = '';
  let room = stdout.columns - prompt.width - 1;
  const read = (): void => {
    for (let text; (text = stdin.read() as string | null) !== null;) {
      typed += text;
      // Once a key does more than show itself, only the real prompt can say what it does.
      room = /^[ -~]*$/.test(text) && text.length <= room ? room - text.length : 0;
      if (room > 0) stdout.write(text);
    }
  };
  stdin.setRawMode(true).setEncoding('utf8');
  stdin.on('readable', read);
  stdout.write(pasteOn + prompt.text);
  return {
    end() {
      stdin.off('readable', read);
      stdout.write(eraseLine);
      // What was typed before raw mode has its Enter as a line feed.
      if (typed !== '') stdin.unshift(typed.replaceAll('\n', '\r'));
    },
  };
}
