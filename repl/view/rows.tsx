/** Rows that are already as wide as they may be. */
import { Text } from 'ink';
import type { ReactNode } from 'react';

export function Rows({ rows }: { rows: readonly string[] }): ReactNode {
  // Ink gives an empty line no height.
  return <Text>{rows.map((row) => (row === '' ? ' ' : row)).join('\n')}</Text>;
}
