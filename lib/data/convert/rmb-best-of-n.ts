/** RMB's best of n (Zhou et al., 2024): one answer that should beat all the others. */
import { decoded } from '../judge-cells.ts';
import { shown } from '../messages.ts';
import { idIn } from './read.ts';
import { rmbAnswer, rmbPrompt } from './rmb.ts';
import { NotUsable, type Converter } from './sample.ts';

export const rmbBestOfN: Converter = {
  name: 'rmb-best-of-n',
  summary: "RMB's best of n: one answer that should beat all the others",
  columns: ['bon_uid', 'conversation_input', 'bon_best', 'loser_list'],
  alias: 'rmbbenchmark_bestofn',
  convert(row) {
    const losers = decoded(row.loser_list);
    if (!Array.isArray(losers) || losers.length === 0)
      throw new NotUsable('not a list of answers', `loser_list holds ${shown(losers)}`);
    return [
      {
        kind: 'candidates',
        ...idIn(row.bon_uid),
        ...rmbPrompt(row),
        chosen: [rmbAnswer(row.bon_best)],
        rejected: losers.map((loser) => rmbAnswer(loser)),
      },
    ];
  },
};
