/** `rewardlab generate`: a JSON object a completion, whatever a prompt is; sentences for what is wrong. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { beforeAll, expect, test } from 'vitest';
import { generateCommand } from '../../bin/commands/generate.ts';
import { openRows, type Row } from '../../lib/data/rows.ts';
import { writeParquet } from '../../lib/data/write.ts';
import { LanguageModel } from '../../lib/worker/language-model.ts';
import { refusal } from '../lib/refusal.ts';
import { temporaryFolder } from '../lib/temporary.ts';
import { microLanguageModel } from '../lib/worker/micro-language-model.ts';

const folder = temporaryFolder();
let model: string;
beforeAll(async () => {
  model = await microLanguageModel(folder);
});

function file(name: string, rows: readonly unknown[]): string {
  const path = join(folder, name);
  writeFileSync(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  return path;
}

interface Said {
  out: string;
  err: string;
  code: number;
}

async function run(words: readonly string[], { tty = false } = {}): Promise<Said> {
  const said = { out: '', err: '' };
  const stream = (name: 'out' | 'err'): Writable =>
    new Writable({
      write: (chunk: Buffer, _, done) => {
        said[name] += chunk.toString();
        done();
      },
    });
  let clock = 0;
  const code = await generateCommand(words, {
    stdout: stream('out'),
    stderr: Object.assign(stream('err'), { isTTY: tty }),
    now: () => (clock += 500),
  });
  return { ...said, code };
}

const objects = (text: string): Row[] =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Row);
const turns = [{ role: 'user', content: 'hello' }];

test('prompts of text, messages and ids, as the library writes them', async () => {
  const prompts = Array.from({ length: 70 }, (_, i) => `hello ${i}`);
  const text = file(
    'text.jsonl',
    prompts.map((prompt, key) => ({ prompt, key })),
  );
  const { out, err, code } = await run([model, '--prompts', text, '--max-tokens', '4', '--n', '2']);
  const rows = objects(out);
  expect(code).toBe(0);
  expect(rows.map(({ key, sample }) => [key, sample])).toEqual(
    prompts.flatMap((_, key) => [0, 1].map((sample) => [key, sample])),
  );
  expect(err).toMatch(/^wrote [\d,]+ tokens for 70 rows, [\d,]+ tokens\/s\n$/);
  await using library = await LanguageModel.load(model);
  const written = await library.generate(prompts, { maxTokens: 4, n: 2 });
  expect(
    rows.map(({ completion, token_ids, logprobs, finish }) => ({
      completion,
      token_ids,
      logprobs,
      finish,
    })),
  ).toEqual(
    written.map(({ text, ids, logProbs, finish }) => ({
      completion: text,
      token_ids: ids,
      logprobs: logProbs,
      finish,
    })),
  );
  const messages = file('messages.jsonl', [{ messages: turns }]);
  const given = join(folder, 'ids.parquet');
  await writeParquet(given, [{ prompt_ids: [1, 2, 3] }, { prompt_ids: [4] }]);
  const asText = file('as-text.jsonl', [{ prompt: JSON.stringify(turns) }]);
  const greedy = ['--max-tokens', '5', '--temperature', '0'];
  const ids = async (path: string): Promise<unknown[]> =>
    objects((await run([model, '--prompts', path, ...greedy])).out).map((row) => row.token_ids);
  const options = { maxTokens: 5, temperature: 0 };
  const expected = async (...list: Parameters<typeof library.generate>[0][]): Promise<unknown[]> =>
    (await library.generate(list.flat() as [], options)).map((completion) => completion.ids);
  expect(await ids(messages)).toEqual(await expected([{ messages: turns }]));
  expect(await ids(asText)).toEqual(await ids(messages));
  expect(await ids(given)).toEqual(await expected([{ ids: [1, 2, 3] }, { ids: [4] }]));
});

test('writes a file, tells its totals, and shows how far it is on a terminal', async () => {
  const text = file(
    'more.jsonl',
    Array.from({ length: 80 }, () => ({ prompt: 'hello' })),
  );
  const output = join(folder, 'out.parquet');
  const words = [model, '--prompts', text, '--max-tokens', '2', '--output', output, '--json'];
  const { out, err } = await run(words, { tty: true });
  const [totals] = objects(out);
  expect(totals).toMatchObject({ rows: 80 });
  expect(err).toMatch(/row 64 of 80 {2}[\d,]+ tokens\/s {2}\d+ s left/);
  const rows: Row[] = [];
  for await (const chunk of (await openRows(output)).scan()) rows.push(...chunk);
  expect(rows).toHaveLength(80);
  expect(totals!.tokens).toBe(rows.reduce((sum, row) => sum + (row.token_ids as []).length, 0));
});

test('help comes from the schema', async () => {
  const { out } = await run(['--help']);
  expect(out).toMatch(/--max-tokens N +tokens that a completion may have \(default 256\)/);
  expect(out).toMatch(/--stop TEXT… +texts that end/);
  expect((await run([])).out).toBe(out);
});

test('refuses options', async () => {
  const text = file('a.jsonl', [{ prompt: 'a' }]);
  const words = [
    '--max-tokens',
    '0',
    '--temperature',
    '-1',
    '--top-p',
    '2',
    '--n',
    'many',
    '--colour',
  ];
  expect(await refusal(() => run([model, ...words]))).toBe(`generate cannot use these options
  --colour: no such option
  --prompts: is missing; files of rows with 'prompt', 'messages' or 'prompt_ids'
  --max-tokens: expected a whole number above 0, got '0'
  --temperature: expected a number of at least 0, got '-1'
  --top-p: expected a number above 0 and of at most 1, got '2'
  --n: expected a whole number above 0, got 'many'
  generate --help lists them all`);
  expect(await refusal(() => run(['--prompts', text]))).toBe(
    "generate: expected a model folder, got '--prompts'\n  rewardlab generate MODEL --prompts FILE… [--OPTION VALUE]…",
  );
  expect(await refusal(() => run([model, '--prompts', text, '--output', 'x.csv']))).toBe(
    "--output: expected a .parquet or .jsonl file, got 'x.csv'",
  );
});

test('refuses rows by their number, and leaves no file', async () => {
  const long = 'x '.repeat(90);
  const output = join(folder, 'never.jsonl');
  const cases: [Row[], string][] = [
    [
      [{ prompt: 'a' }, { prompt: long }],
      'row 1 has 180 tokens; the model has 128 positions, for the prompt and what follows',
    ],
    [
      [{ prompt: 'a' }, { prompt: null }],
      "row 1, column 'prompt': expected a text or messages, found nothing",
    ],
    [
      [{ prompt: 'a' }, { prompt: '' }],
      "row 1, column 'prompt': expected a text or messages, found an empty text",
    ],
    [
      [{ prompt_ids: [1] }, { prompt_ids: [] }],
      "row 1, column 'prompt_ids': expected token ids, found []",
    ],
    [[{ prompt_ids: [1, 5000] }], 'row 0 has the token 5000; the model knows 0 to 273'],
    [
      [{ messages: turns }, { messages: [{ role: 'pilot', content: 'x' }] }],
      'row 1, column \'messages\': unknown role: expected messages with role and content, message 0 has role "pilot"; known: system, developer, user, assistant, tool',
    ],
    [
      [{ question: 'a' }],
      "nothing to write from: expected a column 'prompt', 'messages' or 'prompt_ids'; found question",
    ],
  ];
  for (const [i, [rows, sentence]] of cases.entries()) {
    const path = file(`bad-${i}.jsonl`, rows);
    const words = [model, '--prompts', path, '--max-tokens', '2', '--output', output];
    expect(await refusal(() => run(words))).toBe(sentence);
  }
  expect(() => readFileSync(output)).toThrow('ENOENT');
});
