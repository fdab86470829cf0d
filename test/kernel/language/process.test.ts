/** The language process: told of the cells whenever it starts, ended when idle, started again after a death. */
import { EventEmitter, once } from 'node:events';

import { afterEach, expect, test } from 'vitest';
import { createLanguage, type Language } from '../../../kernel/language/process.ts';
import { temporaryFolder } from '../../lib/temporary.ts';

const folder = temporaryFolder();
const at = { code: 'margin.toFi', cursor: 11 };
const ends = new EventEmitter();
let language: Language;
afterEach(() => language.close());

const open = (idleMs?: number): Language =>
  createLanguage(folder, {
    onEnd: () => ends.emit('end'),
    ...(idleMs !== undefined && { idleMs }),
  });

test('knows the cells of before it started and of later, and forgets them with the session', async () => {
  language = open();
  language.cell('const margin = 1');
  const asked = language.ask('complete', at);
  expect(language.ready).toBe(false);
  expect((await asked)?.matches).toEqual(['toFixed']);
  expect(language.ready).toBe(true);
  language.cell("const margin = 'text'");
  expect((await language.ask('complete', at))?.matches).toEqual([]);
  language.forget();
  expect(await language.ask('check', { code: 'margin' })).toMatchObject([{ code: 2304 }]);
});

test('a process that dies leaves a question unanswered, and the next starts another', async () => {
  language = open();
  language.cell('const margin = 1');
  const asked = language.ask('complete', at);
  process.kill(language.pid!, 'SIGKILL');
  expect(await asked).toBeUndefined();
  expect((await language.ask('complete', at))?.matches).toEqual(['toFixed']);
});

test('ends when nothing is asked, and is not started again unasked', async () => {
  language = open(1);
  const ended = once(ends, 'end');
  language.warm();
  await ended;
  language.warm();
  expect(language.pid).toBeUndefined();
});
