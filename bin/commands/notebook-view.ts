/** A notebook on a terminal while it runs: prose, code, outputs, and pictures that change in place. */
import { chartText } from '../../lib/display/braille.ts';
import { chartType, tableType } from '../../lib/display/bundle.ts';
import { plain } from '../../lib/display/escape.ts';
import type { Figure } from '../../lib/display/figure.ts';
import { tableText, type Table } from '../../lib/display/table.ts';
import { sourceOf, type Cell } from '../../kernel/jupyter/notebook-file.ts';
import type { Message } from '../../kernel/jupyter/wire.ts';

interface Content {
  text?: string;
  data?: Record<string, unknown>;
  transient?: { display_id?: string };
  traceback?: string[];
}

export interface NotebookView {
  cell(cell: Cell): void;
  message(message: Message): void;
  /** Leaves what is live as it stands. */
  end(): void;
}

/** Colours and redraws on a terminal only; in a pipe a live picture is written once, as it ended. */
export function notebookView(stream: NodeJS.WriteStream): NotebookView {
  const live = new Map<string, string>();
  let drawn = 0;
  const erase = (): void => {
    if (drawn > 0) stream.write(`\u001b[${drawn}A\u001b[0J`);
    drawn = 0;
  };
  const draw = (): void => {
    if (!stream.isTTY || live.size === 0) return;
    const text = `${[...live.values()].join('\n')}\n`;
    stream.write(text);
    drawn = text.split('\n').length - 1;
  };
  const say = (text: string): void => {
    erase();
    stream.write(text.endsWith('\n') ? text : `${text}\n`);
    draw();
  };
  const settle = (): void => {
    if (!stream.isTTY && live.size > 0) stream.write(`${[...live.values()].join('\n')}\n`);
    live.clear();
    drawn = 0;
  };
  const colour = (code: number, text: string): string =>
    stream.isTTY ? `\u001b[${code}m${text}\u001b[0m` : text;
  return {
    cell(cell) {
      settle();
      const source = sourceOf(cell).trim();
      if (cell.cell_type === 'markdown') say(`\n${colour(1, source)}\n`);
      else say(colour(2, source.replace(/^/gm, '│ ')));
    },
    message({ header, content }) {
      const { text = '', data = {}, transient, traceback = [] } = content as Content;
      const id = transient?.display_id;
      if (header.msg_type === 'stream') say(plain(text));
      else if (header.msg_type === 'error') say(traceback.map(plain).join('\n'));
      else if (header.msg_type === 'execute_result') say(textOf(data, stream.columns || 100));
      else if (header.msg_type.endsWith('display_data')) {
        const shown = textOf(data, stream.columns || 100);
        if (id === undefined || !isLive(data)) say(shown);
        else {
          erase();
          live.set(id, shown);
          draw();
        }
      }
    },
    end: settle,
  };
}

function isLive(data: Record<string, unknown>): boolean {
  return chartType in data || textIn(data, 'text/html').includes('<progress');
}

/** Tables and charts at the terminal's width, all else as the text it brings. */
function textOf(data: Record<string, unknown>, width: number): string {
  if (data[tableType]) return tableText(data[tableType] as Table, width);
  if (data[chartType]) return chartText(data[chartType] as Figure, Math.min(width, 100));
  return plain(textIn(data, 'text/plain'))
    .split('\n')
    .map((line) => line.slice(0, Math.max(width - 1, 20)))
    .join('\n');
}

function textIn(data: Record<string, unknown>, type: string): string {
  const text = data[type];
  return typeof text === 'string' ? text : '';
}
