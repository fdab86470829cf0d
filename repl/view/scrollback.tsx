/**
 * What scrolls away into the terminal's own scrollback: drawn once and then let go.
 */
import { Static, useStdout } from 'ink';
import { useLayoutEffect, useRef, type ReactNode } from 'react';
import type { Printed } from '../state/state.ts';
import { printedRows } from './block-rows.ts';
import type { Frame } from './frame.ts';
import { Rows } from './rows.tsx';

/** Ink lays out some 25,000 rows a second; more rows than these at once go to the terminal as they are. */
const bulk = 200;

interface ScrollbackProps {
  /** Pieces that have not been drawn yet. */
  printed: readonly Printed[];
  frame: Frame;
  /** Called after the pieces were drawn. */
  onDrawn: (count: number) => void;
}
interface Item {
  id: number;
  rows: string[];
}

export function Scrollback({ printed, frame, onDrawn }: ScrollbackProps): ReactNode {
  const { write } = useStdout();
  const earlier = useRef<Item[]>([]);
  const added = printed.map((piece) => ({ id: piece.id, rows: printedRows(piece, frame) }));
  const isBulk = added.reduce((sum, { rows }) => sum + rows.length, 0) > bulk;
  const items = isBulk || added.length === 0 ? earlier.current : [...earlier.current, ...added];
  useLayoutEffect(() => {
    if (printed.length === 0) return;
    if (isBulk) write(added.map(({ rows }) => `${rows.join('\n')}\n`).join(''));
    // Static counts what it has drawn, so the list may not shrink; the text need not stay.
    earlier.current = items.map(({ id }) => ({ id, rows: [] }));
    onDrawn(printed.length);
  });
  return <Static items={items}>{({ id, rows }) => <Rows key={id} rows={rows} />}</Static>;
}
