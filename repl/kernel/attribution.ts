/**
 * Whose output a message is: the running cell's, an earlier one's, or another client's.
 */
import type { Message } from '../../kernel/jupyter/wire.ts';
import type { Output } from '../state/output.ts';
import type { Origin } from '../state/state.ts';
import type { CellListener } from './kernel.ts';
import { outputOf } from './message.ts';

/** A cell of any client's. `listener` is there while it is ours and runs. */
interface Known {
  count?: number;
  ours: boolean;
  listener?: CellListener | undefined;
  failed: boolean;
}

export interface Attribution {
  /** Every message of the kernel's goes in here. */
  hear(message: Message): void;
  /** The next request of ours that a message answers is this cell. */
  begin(listener: CellListener): { end(): { readonly failed: boolean } };
}

/** As many cells are remembered for their late output. */
const remembered = 1000;

export function attribute(
  session: string,
  outside: (origin: Origin, output: Output) => void,
): Attribution {
  const cells = new Map<string, Known>();
  let running: Known | undefined;

  const cellOf = ({ parent_header: { msg_id = '', session: asker } }: Message): Known => {
    const known = cells.get(msg_id);
    if (known) return known;
    const ours = asker === session || asker === undefined;
    const cell = ours && running && asker !== undefined ? running : { ours, failed: false };
    cells.set(msg_id, cell);
    const [oldest] = cells.keys();
    if (cells.size > remembered && oldest !== undefined) cells.delete(oldest);
    return cell;
  };
  return {
    hear(message) {
      const output = outputOf(message.header.msg_type, message.content);
      if (!output) return;
      const cell = cellOf(message);
      if (output.type === 'started') cell.count = output.count;
      if (output.type === 'error') cell.failed = true;
      if (cell.listener) {
        cell.listener.output(output);
        return;
      }
      const { count, ours } = cell;
      outside({ from: ours ? 'late' : 'other', ...(count !== undefined && { count }) }, output);
    },
    begin(listener) {
      const cell: Known = { ours: true, listener, failed: false };
      running = cell;
      return {
        end() {
          running = undefined;
          cell.listener = undefined;
          return cell;
        },
      };
    },
  };
}
