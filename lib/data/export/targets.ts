/** What samples can be written as, by name. */
import { bestOfN } from './best-of-n.ts';
import { bradleyTerry } from './bradley-terry.ts';
import { judge } from './judge.ts';
import { sft } from './sft.ts';
import type { Target } from './target.ts';

export const targets: readonly Target[] = [judge, bradleyTerry, sft, bestOfN];
