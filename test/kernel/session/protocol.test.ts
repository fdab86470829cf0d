/** What crosses the pipes, and in how many pieces. */
import { expect, test } from 'vitest';
import { decodeNotice, noticeWriter, type Notice } from '../../../kernel/session/protocol.ts';

test('a result goes out with the done that follows it, everything else at once', () => {
  const writes: string[] = [];
  const send = noticeWriter((text) => void writes.push(text));
  const notices: Notice[] = [
    { type: 'ready' },
    { type: 'event', event: { type: 'result', cell: 1, data: { 'text/plain': '2' } } },
    { type: 'event', event: { type: 'done', cell: 1, status: 'ok' } },
    { type: 'completion', id: 1, completion: { matches: [], start: 0, end: 0, types: [] } },
  ];
  notices.forEach(send);
  const lines = writes.map((text) => text.trimEnd().split('\n'));
  expect(lines.map(({ length }) => length)).toEqual([1, 2, 1]);
  expect(lines.flat().map(decodeNotice)).toEqual(notices);
});
