/** The order of what comes over several pipes. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { createDelivery } from '../../../kernel/session/delivery.ts';
import type { Notice } from '../../../kernel/session/protocol.ts';

const done = (cell: number): Notice => ({
  type: 'event',
  event: { type: 'done', cell, status: 'ok' },
});

/** A delivery of two cells, what it gave out, and a promise of its last `done`. */
function open() {
  const cells = new Map([1, 2].map((cell) => [cell, cell]));
  const seen: string[] = [];
  const ended = Promise.withResolvers<undefined>();
  const delivery = createDelivery(cells, (notice) => {
    if (notice.type !== 'event') return;
    const { event } = notice;
    seen.push(`${event.type} ${event.cell}${event.type === 'stream' ? ` ${event.text}` : ''}`);
    if (event.type !== 'done') return;
    cells.delete(event.cell);
    if (cells.size === 0) ended.resolve(undefined);
  });
  return { delivery, seen, ended: ended.promise };
}

/** Two ends of a pipe, closed with the test. */
async function pipe(): Promise<{ writer: Socket; reader: Socket }> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const writer = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [reader] = (await once(server, 'connection')) as [Socket];
  onTestFinished(() => {
    writer.destroy();
    server.close();
  });
  return { writer, reader };
}

test('what is in another pipe when a cell is done comes before its done', async () => {
  const { writer, reader } = await pipe();
  const { delivery, seen, ended } = open();
  reader.on('data', (chunk: Buffer) => delivery.native('stdout', chunk.toString()));
  writer.write('last words');
  delivery.notice(done(1));
  delivery.notice(done(2));
  await ended;
  expect(seen).toEqual(['stream 1 last words', 'done 1', 'done 2']);
});

test('who waits for a cell hears of its end before what comes late', async () => {
  const { delivery, seen, ended } = open();
  void ended.then(() => seen.push('heard'));
  delivery.notice(done(1));
  delivery.notice(done(2));
  delivery.notice({ type: 'event', event: { type: 'clear', cell: 2, wait: false } });
  await ended;
  await new Promise((resolve) => setImmediate(resolve));
  expect(seen).toEqual(['done 1', 'done 2', 'heard', 'clear 2']);
});

test('a death gives out what waits, once', async () => {
  const { delivery, seen } = open();
  delivery.notice(done(1));
  delivery.notice({ type: 'event', event: { type: 'clear', cell: 2, wait: false } });
  expect(seen).toEqual([]);
  delivery.flush();
  await new Promise((resolve) => setImmediate(() => setImmediate(() => setImmediate(resolve))));
  expect(seen).toEqual(['done 1', 'clear 2']);
});
