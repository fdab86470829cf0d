/** Completion and inspection from the live session, also while a cell awaits. */
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSession } from './open-session.ts';

const pairsFile = join(import.meta.dirname, '../../../notebooks/data/pairs-train.parquet');
const session = openSession();
beforeAll(async () => {
  await session.run(`
    const person = { name: 'Ada', born: { year: 1815 }, get trap() { throw new Error('ran') } };
    let changes = 0;
    function bump() { return ++changes }
    class Engine { run() {} }
    const pairs = view(${JSON.stringify(pairsFile)});
    const proxy = new Proxy({}, { ownKeys() { changes++; return [] } });
    magic({ name: 'flags', run: () => undefined, complete: (line) => ['--rate', '--rows'].filter((f) => f.startsWith(line.split(' ').at(-1))), help: () => 'flags help' });
  `);
});
afterAll(() => session.close());

/** `|` is the cursor; the expected texts must be among the matches, which replace `word`. */
const completions: [string, string, string[]][] = [
  ['Math.hyp|', 'hyp', ['hypot']],
  ['conso|', 'conso', ['console']],
  ['JSON.|', '', ['parse', 'stringify']],
  ['person.|', '', ['born', 'name', 'trap']],
  ['person.born.y| + 1', 'y', ['year']],
  ['person?.na|', 'na', ['name']],
  ['foo(1, person.n|', 'n', ['name']],
  ['if (person.b|) {', 'b', ['born']],
  ['"text".toUp|', 'toUp', ['toUpperCase']],
  ['[1, 2].fil|', 'fil', ['fill', 'filter']],
  ['const x = 1;\nperson\n  .na|', 'na', ['name']],
  ['pers|', 'pers', ['person']],
  ['Engi|', 'Engi', ['Engine']],
  ['awa|', 'awa', ['await']],
  ['%fla|', '%fla', ['%flags']],
  ['%flags --ra|', '--ra', ['--rate']],
  ['let a = 1\n%flags --|', '--', ['--rate', '--rows']],
  ['pairs.filter("pref|', 'pref', ['preferred']],
  ["pairs.filter('length(pro|", 'pro', ['prompt']],
];

test.each(completions)('completes %s', async (marked, word, expected) => {
  const cursor = marked.indexOf('|');
  const code = marked.replace('|', '');
  const { matches, start, end, types } = await session.session.complete({ code, cursor });
  expect(code.slice(start, end)).toBe(word);
  expect(matches).toEqual(expect.arrayContaining(expected));
  expect(types.map(({ text }) => text)).toEqual(matches);
});

test.each(['"conso|', '`conso|', '{ a: "x', 'person.toString("na|', '// ok\n"Math.|'])(
  'offers no names in the string of %s',
  async (marked) => {
    const code = marked.replace('|', '');
    const { matches } = await session.session.complete({ code, cursor: code.length });
    expect(matches).toEqual([]);
  },
);

test.each(['bump().|', 'proxy.|', 'nowhere.|', '1.|', '|)('])(
  'changes nothing by completing %s',
  async (marked) => {
    await session.session.complete({ code: marked.replace('|', ''), cursor: marked.indexOf('|') });
    expect((await session.run('changes'))[0]).toMatchObject({ data: { 'text/plain': '0' } });
  },
);

test('hidden helpers are not offered', async () => {
  const { matches } = await session.session.complete({ code: 'ï', cursor: 1 });
  expect(matches).toEqual([]);
});

const inspections: [string, string][] = [
  ['parse|Int', 'parseInt: function'],
  ['parseInt(|', 'parseInt: function'],
  ['person|', 'person: Object'],
  ['person.bo|rn', 'person.born: Object\n\n{ year: 1815 }'],
  ['bump|', 'bump: function\n\nfunction bump()'],
  ['Engine|', 'Engine: class'],
  ['%fl|ags', 'flags help'],
];

test.each(inspections)('inspects %s', async (marked, text) => {
  const found = await session.session.inspect({
    code: marked.replace('|', ''),
    cursor: marked.indexOf('|'),
    detail: 0,
  });
  expect(found?.['text/plain']).toContain(text);
});

test('inspecting something unknown finds nothing', async () => {
  const request = { code: 'nowhere', cursor: 3, detail: 0 } as const;
  expect(await session.session.inspect(request)).toBeUndefined();
});

test('answers while a cell awaits', async () => {
  const { cell, done } = session.start('await input("wait")');
  const asked = await session.saw((event) => event.cell === cell && event.type === 'input');
  const { matches } = await session.session.complete({ code: 'Math.hyp', cursor: 8 });
  expect(matches).toEqual(['hypot']);
  if (asked.type === 'input') session.session.answer(asked.id, '');
  await done;
});
