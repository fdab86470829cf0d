/**
 * Clears the live part when the terminal gets narrower. Terminals break rows that no longer fit into
 * several; ink erases as many rows as it wrote, and would leave the others behind.
 */
import { useStdout } from 'ink';
import { useEffect, useRef } from 'react';
import { stripVTControlCharacters } from 'node:util';
import { columns } from '../text/wrap.ts';
import type { InputRows } from './input-rows.ts';

/** Erases what was last drawn before ink redraws it at another width. */
export function useReflow(screen: InputRows): void {
  const { stdout } = useStdout();
  const drawn = useRef(screen);
  useEffect(() => {
    drawn.current = screen;
  });
  useEffect(() => {
    let width = widthOf(stdout);
    const onResize = (): void => {
      const now = widthOf(stdout);
      if (now < width) stdout.write(eraseReflowed(drawn.current, now));
      width = now;
    };
    // xterm itself cuts rows where other terminals break them, and says which it is.
    if (process.env['XTERM_VERSION'] !== undefined) return undefined;
    // Before ink's own listener, which counts rows from where it believes the cursor to be.
    stdout.prependListener('resize', onResize);
    return () => void stdout.off('resize', onResize);
  }, [stdout]);
}

/** From the cursor up to the first row, down to nothing, and back to where ink takes the cursor to be. */
export function eraseReflowed({ rows, cursor }: InputRows, width: number): string {
  const heights = rows.map((row) => Math.ceil(columns(stripVTControlCharacters(row)) / width));
  const above = heights.slice(0, cursor.y).reduce((sum, height) => sum + Math.max(1, height), 0);
  const up = above + Math.floor(cursor.x / width);
  return `${move(up, 'A')}\r\u001b[J${move(cursor.y, 'B')}`;
}

function widthOf(stream: object): number {
  return 'columns' in stream && typeof stream.columns === 'number' ? stream.columns : 80;
}

function move(count: number, direction: 'A' | 'B'): string {
  return count > 0 ? `\u001b[${String(count)}${direction}` : '';
}
