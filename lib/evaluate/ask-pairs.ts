/** Pairs judged in both orders. */
import type { Better } from '../data/judge-label.ts';
import { rowsText } from '../data/refusals.ts';
import type { Row } from '../data/rows.ts';
import type { PairwiseJudge } from '../reward/pairwise.ts';
import type { ParsedPreference } from '../reward/preference.ts';
import { askRows, type Asking } from './ask.ts';
import type { JudgeEvaluation } from './judge-evaluation.ts';
import { accuracyBySource, isConsistent, isRight, pairFigures } from './judged-pairs.ts';
import type { JudgedTwice } from './judged-pairs.ts';

export async function askPairs(
  asking: Asking,
  judge: PairwiseJudge,
  onVerdict: (row: Row) => void,
): Promise<JudgeEvaluation> {
  const { answers, refused } = askRows(asking, (row, index) => {
    const orders = judge.orders(row, index);
    if ('dropped' in orders) return orders;
    const { truth, source } = orders[0];
    return {
      about: { truth: truth as Better, source },
      prompts: orders.map(({ messages }) => messages),
    };
  });
  const pairs: JudgedTwice[] = [];
  for await (const { row, about, completions } of answers) {
    const verdict = (order: 0 | 1): ParsedPreference => judge.template.parse(completions[order]!);
    const pair: JudgedTwice = { row, ...about, verdicts: [verdict(0), verdict(1)] };
    pairs.push(pair);
    onVerdict(verdictRow(pair, completions));
  }
  const { values, intervals } = pairFigures(pairs);
  const groups = accuracyBySource(pairs);
  return {
    ...{ judge: 'pairwise' as const, rows: pairs.length, metrics: values, intervals },
    ...(Object.keys(groups).length > 0 && { groups }),
    dropped: refused.counts,
    notes: [...refused.sentences(), ...disagreements(pairs)],
  };
}

/** Verdicts in the row's own names, whichever order they were given in. */
function verdictRow(pair: JudgedTwice, completions: readonly string[]): Row {
  const { row, source, truth, verdicts } = pair;
  return {
    ...{ row, source, truth },
    ...side('forward', verdicts[0].value, verdicts[0], completions[0]!),
    ...side('backward', turned(verdicts[1].value), verdicts[1], completions[1]!),
    right: Number(isRight(pair, 0)) + Number(isRight(pair, 1)),
    consistent: isConsistent(pair),
  };
}

function side(
  order: string,
  prefers: ParsedPreference['value'],
  { status }: ParsedPreference,
  completion: string,
): Row {
  return {
    [`${order}_prefers`]: prefers,
    [`${order}_status`]: status,
    [`${order}_completion`]: completion,
  };
}

function turned(value: ParsedPreference['value']): ParsedPreference['value'] {
  return value === 'A' ? 'B' : value === 'B' ? 'A' : value;
}

function disagreements(pairs: readonly JudgedTwice[]): string[] {
  const rows = pairs.filter((pair) => !isConsistent(pair)).map(({ row }) => row);
  return rows.length === 0
    ? []
    : [`the two orders do not agree: ${rowsText(rows.slice(0, 10), rows.length)}`];
}
