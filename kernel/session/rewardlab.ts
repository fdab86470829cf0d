/** What `import … from 'rewardlab'` means in a cell: the library, and the session's own calls. */
import { bridge } from './bridge.ts';

export * from '../../lib/index.ts';
export const { display, input, comm, magic } = bridge();
export type { Comm, CommHandler } from './comm.ts';
export type { Display, DisplayHandle, DisplayOptions } from './display.ts';
export type { Magic, MagicCall } from '../magics/magic.ts';
