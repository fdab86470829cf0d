/** What a view needs to know of the terminal to lay rows out. */
import type { Theme } from '../theme.ts';

export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly theme: Theme;
  /** Read aloud: nothing is redrawn in place, and pictures are told in words where there are any. */
  readonly spoken: boolean;
}
