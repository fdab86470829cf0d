/** The formats that rows can come in. A table is of the first whose columns it has, unless one is named. */
import { chatMessage } from './chat-message.ts';
import { generic } from './generic.ts';
import { helpSteer2Pairwise } from './helpsteer2-pairwise.ts';
import { helpSteer2Pointwise } from './helpsteer2-pointwise.ts';
import { helpSteer3Preference } from './helpsteer3-preference.ts';
import { judgeBench } from './judgebench.ts';
import { prmBench } from './prm-bench.ts';
import { rewardBench } from './rewardbench.ts';
import { rewardBench2 } from './rewardbench2.ts';
import { rmBench } from './rm-bench.ts';
import { rmbBestOfN } from './rmb-best-of-n.ts';
import { rmbPairwise } from './rmb-pairwise.ts';
import type { Converter } from './sample.ts';
import { samples } from './samples.ts';

export const converters: readonly Converter[] = [
  helpSteer2Pairwise,
  helpSteer2Pointwise,
  helpSteer3Preference,
  rewardBench2,
  rewardBench,
  rmBench,
  judgeBench,
  rmbPairwise,
  rmbBestOfN,
  prmBench,
  samples,
  chatMessage,
  generic,
];
