/** Judges that are made up, asked through real prompts. */
import { describe, expect, test } from 'vitest';
import type { Row } from '../../../lib/data/cell.ts';
import { rowsOf, type Rows } from '../../../lib/data/rows.ts';
import type { JudgeModel } from '../../../lib/evaluate/ask.ts';
import { UserError } from '../../../lib/errors.ts';
import { evaluateJudge } from '../../../lib/evaluate/evaluate-judge.ts';
import type { JudgeEvaluation } from '../../../lib/evaluate/judge-evaluation.ts';
import { scoreCandidates } from '../../../lib/evaluate/score-candidates.ts';
import { judgeOptions, type JudgeOptions } from '../../../lib/evaluate/judge-options.ts';
import type { TextEncoder } from '../../../lib/text/encoder.ts';
import { refusal } from '../refusal.ts';

/** A model whose completion is a function of the prompt's text; its tokens are characters. */
function madeUp(answer: (prompt: string) => string): JudgeModel & { requests: number[] } {
  const requests: number[] = [];
  const chat: TextEncoder['chat'] = (messages) =>
    messages.map(({ content }) => String(content)).join('\n');
  const text = {
    chats: true,
    chat,
    encodeChat: (messages, options) =>
      Array.from(chat(messages, options), (letter) => letter.codePointAt(0)!),
  } as TextEncoder;
  return {
    ...{ text, positions: 3000, requests },
    generate: (prompts) => {
      requests.push(prompts.length);
      return Promise.resolve(
        prompts.map((ids) => [
          { ids: [], logProbs: [], finish: 'stop', text: answer(String.fromCodePoint(...ids)) },
        ]),
      );
    },
  };
}

const part = (prompt: string, tag: string): string =>
  new RegExp(`<${tag}>\n([^]*?)\n</${tag}>`).exec(prompt)?.[1] ?? '';
const longer = (prompt: string): string => {
  const difference = part(prompt, 'response_a').length - part(prompt, 'response_b').length;
  return `<preference>${difference > 0 ? 'A' : difference < 0 ? 'B' : 'tie'}</preference>`;
};
const length = (prompt: string): string => `<score>${part(prompt, 'response').length}</score>`;

async function evaluate(
  rows: Rows,
  answer: (prompt: string) => string,
  options: Partial<JudgeOptions> = {},
): Promise<JudgeEvaluation & { verdicts: Row[]; requests: number[] }> {
  const model = madeUp(answer);
  const verdicts: Row[] = [];
  const found = await evaluateJudge({
    ...{ model, rows, options: { ...judgeOptions.parse({}), ...options } },
    onVerdict: (row) => verdicts.push(row),
  });
  return { ...found, verdicts, requests: model.requests };
}

describe('pairs', () => {
  const pair = (response_a: string, response_b: string, preferred: string | null): Row => ({
    ...{ prompt: 'q', response_a, response_b, preferred },
  });
  const rows = rowsOf([
    pair('long', 'x', 'A'),
    pair('x', 'long', 'B'),
    pair('long', 'x', 'B'),
    pair('same', 'size', 'tie'),
    pair('a', 'b', null),
    pair('a', 'b'.repeat(4000), 'B'),
  ]);

  test('a consistent judge', async () => {
    const { metrics, rows: count, dropped, notes, verdicts } = await evaluate(rows, longer);
    expect([count, dropped]).toEqual([4, { 'no label': 1, 'prompt too long': 1 }]);
    expect(metrics).toMatchObject({ accuracy: 0.75, consistency: 1, consistent_accuracy: 0.75 });
    expect(notes[0]).toBe('no label: 1 row (4); row 4: nothing says which answer is better');
    expect(notes[1]).toMatch(
      /^prompt too long: 1 row \(5\); row 5: \d+ tokens, the model has 3000$/,
    );
    expect(verdicts[0]).toEqual({
      row: 0,
      source: 'pairwise',
      truth: 'A',
      forward_prefers: 'A',
      forward_status: 'ok',
      forward_completion: '<preference>A</preference>',
      backward_prefers: 'A',
      backward_status: 'ok',
      backward_completion: '<preference>B</preference>',
      right: 2,
      consistent: true,
    });
  });

  test('a judge that always takes the first answer', async () => {
    const { metrics, notes } = await evaluate(rows, () => '<preference>A</preference>');
    expect(metrics).toMatchObject({ consistency: 0, first_rate: 1, accuracy_first: 1 });
    expect(notes.at(-1)).toBe('the two orders do not agree: 4 rows (0, 1, 2, 3)');
  });

  test('prompts are written many at a time', async () => {
    const many = rowsOf(Array.from({ length: 100 }, () => pair('long', 'x', 'A')));
    const { requests, metrics } = await evaluate(many, longer);
    expect([requests, metrics.accuracy]).toEqual([[64, 64, 64, 8], 1]);
  });

  test('an asked-for form and ties are the prompt’s', async () => {
    const prompts: string[] = [];
    const noting = (prompt: string): string => longer((prompts.push(prompt), prompt));
    const { dropped } = await evaluate(rows, noting, { ties: false, task: 'T', thinking: 'off' });
    expect(dropped).toMatchObject({ tie: 1 });
    expect(prompts[0]).toContain('# Task\nT\n');
    expect(prompts[0]).not.toContain('<think>');
    expect(prompts[0]).toContain('<preference>A or B</preference>');
  });
});

test('scored answers', async () => {
  const row = (response: string, score: number): Row => ({ prompt: 'q', response, score });
  const rows = rowsOf([row('xxx', 3), row('x', 2), row('xxxx', 4), row('xxxxxx', 4), row('x', 9)]);
  const { judge, metrics, confusion, dropped, verdicts } = await evaluate(rows, length);
  expect([judge, dropped]).toEqual(['pointwise', { 'label out of range': 1 }]);
  expect(metrics).toMatchObject({ accuracy: 0.5, within_one: 0.75, parse_rate: 0.75 });
  expect(confusion?.counts[4]).toEqual([0, 0, 0, 0, 1, 1]);
  expect(verdicts[3]).toEqual({
    ...{ row: 3, truth: 4, source: 'pointwise', score: 6, status: 'out_of_range' },
    completion: '<score>6</score>',
  });
});

describe('several answers', () => {
  const row = (chosen: string[], rejected: string[], id: string, subset: string): Row => ({
    ...{ prompt: 'q', chosen, rejected, id, subset },
  });
  const table = rowsOf([
    row(['xxx'], ['x', 'xx', 'xxxxx'], '0', 'Math'),
    row(['xxx'], ['xxx', 'x', 'x'], '1', 'Math'),
    row(['x'], ['xx', 'xx', 'xx'], '2', 'Focus'),
    row(['xxx'], ['x'], 'ref:0', 'Ties'),
    row(['xxx', 'xxxx'], ['x'], 'tied:0', 'Ties'),
    row([], ['x'], '3', 'Math'),
  ]);
  const rows = {
    ...table,
    columns: { ...table.columns, chosen: 'VARCHAR[]', rejected: 'VARCHAR[]' },
  };
  const answered = { Math: { rows: 2, score: 0.75 }, Focus: { rows: 1, score: 0 } };

  test('by scores', async () => {
    const { judge, metrics, groups, dropped } = await evaluate(rows, length);
    const ties = 1 + 0.01 * Math.tanh(2 / 1 - 1);
    expect([judge, dropped]).toEqual(['pointwise', { 'not lists of answers': 1 }]);
    expect(groups).toEqual({ ...answered, Ties: { rows: 2, score: ties } });
    expect(metrics).toEqual({
      best_of_n: 0.5,
      mean_of_subsets: (0.75 + 0 + ties) / 3,
      parse_rate: (0.75 + 1 + 1 + 1 + 1) / 5,
    });
  });

  test('by the rewards of a reward model', async () => {
    const score = (items: unknown): Promise<number[]> =>
      Promise.resolve(
        (items as { content: string }[][]).map((turns) => turns.at(-1)!.content.length),
      );
    const { metrics, groups, dropped } = await scoreCandidates({ score }, rows);
    expect([metrics.best_of_n, dropped]).toEqual([0.25 / 1.5, { 'not lists of answers': 1 }]);
    expect(groups).toMatchObject({ ...answered, Math: { rows: 2, score: 0.25 } });
  });

  test('a judge that says nothing finds nothing', async () => {
    for (const judge of ['pairwise', 'pointwise'] as const) {
      const { metrics, groups } = await evaluate(rows, () => 'well', { judge });
      expect(metrics).toMatchObject({ best_of_n: 0, parse_rate: 0 });
      expect(groups!.Ties!.score).toBeCloseTo(-0.01, 12);
    }
  });

  test('by comparisons, however many', async () => {
    const answers = Array.from({ length: 12 }, (_, i) => 'x'.repeat(i + 1));
    const one = rowsOf([row([answers[11]!], answers.slice(0, 11), '0', 'Math')]);
    const many = { ...one, columns: rows.columns };
    const found = await evaluate(many, longer, { judge: 'pairwise' });
    const { requests, dropped, verdicts } = found;
    expect([requests, dropped]).toEqual([[132], {}]);
    expect(verdicts[0]).toMatchObject({
      chosen: [22],
      rejected: answers.slice(1).map((_, i) => 2 * i),
    });
  });

  test('by comparisons', async () => {
    const { judge, groups } = await evaluate(rows, longer, { judge: 'pairwise' });
    expect(judge).toBe('pairwise');
    expect(groups).toMatchObject({ ...answered, Math: { rows: 2, score: 0.25 } });
  });
});

test('a scale of many scores has no table', async () => {
  const rows = rowsOf([{ prompt: 'q', response: 'xxx', score: 3 }]);
  const many = await evaluate(rows, length, { max_score: 1_000_000 });
  expect([many.metrics.accuracy, many.confusion]).toEqual([1, undefined]);
  const some = await evaluate(rows, length, { max_score: 100 });
  expect(some.confusion?.labels).toHaveLength(101);
});

test('a chat template that fails says for which row', async () => {
  const rows = rowsOf(['x', 'y'].map((response) => ({ prompt: 'q', response, score: 1 })));
  const model = madeUp(length);
  const encodeChat: TextEncoder['encodeChat'] = (messages) => {
    if (String(messages[0]!.content).includes('\ny\n')) throw new UserError('no such filter');
    return [1];
  };
  const failing = { ...model, text: { ...model.text, encodeChat } };
  expect(await refusal(() => evaluateJudge({ model: failing, rows }))).toBe(
    'row 1: no such filter',
  );
});

test('a model without a chat template is refused', async () => {
  const rows = rowsOf([{ prompt: 'q', response: 'x', score: 1 }]);
  const model = madeUp(length);
  const silent = { ...model, text: { ...model.text, chats: false } };
  const options = judgeOptions.parse({});
  expect(await refusal(() => evaluateJudge({ model: silent, rows, options }))).toBe(
    'the model has no chat template, and judges are asked in a conversation',
  );
});
