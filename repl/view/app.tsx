/**
 * The terminal: what scrolls away, and below it the part that is redrawn. Draws the store's state
 * and tells it of keys; decides nothing.
 */
import { Box, useCursor, useInput, useIsScreenReaderEnabled, usePaste, useWindowSize } from 'ink';
import { useSyncExternalStore, type ReactNode } from 'react';
import { keysOf, pasteOf } from '../keys.ts';
import type { Store } from '../store.ts';
import type { Theme } from '../theme.ts';
import { useReflow } from './reflow.ts';
import { Rows } from './rows.tsx';
import { screenOf } from './screen.ts';
import { Scrollback } from './scrollback.tsx';

interface AppProps {
  store: Store;
  theme: Theme;
}

export function App({ store, theme }: AppProps): ReactNode {
  const state = useSyncExternalStore(store.subscribe, store.get);
  const { columns, rows } = useWindowSize();
  const spoken = useIsScreenReaderEnabled();
  const { setCursorPosition } = useCursor();
  useInput((input, key) => {
    for (const k of keysOf(input, key)) store.dispatch({ type: 'key', key: k });
  });
  usePaste((text) => store.dispatch({ type: 'key', key: pasteOf(text) }));

  const frame = { width: columns, height: rows, theme, spoken };
  const screen = screenOf(state, frame);
  setCursorPosition(screen.cursor);
  useReflow(screen);
  return (
    <Box flexDirection="column">
      <Scrollback
        printed={state.printed}
        frame={frame}
        onDrawn={(count) => store.dispatch({ type: 'drawn', count })}
      />
      <Rows rows={screen.rows} />
    </Box>
  );
}
