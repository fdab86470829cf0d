/** Real sockets without a kernel behind them. */
import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Dealer, Subscriber } from 'zeromq';
import { addressOf, makeConnection, type Connection } from '../../../kernel/jupyter/connection.ts';
import { bindSockets, type Sockets } from '../../../kernel/jupyter/sockets.ts';
import { compose, encode, signer, verifier, type Received } from '../../../kernel/jupyter/wire.ts';

let connection: Connection;
let sockets: Sockets;
beforeAll(async () => {
  const made = await makeConnection();
  ({ connection } = made);
  rmSync(dirname(made.file), { recursive: true });
  sockets = await bindSockets(connection, 'kernel');
});
afterAll(() => sockets.close());

test('the first listener is welcomed, then hears what was said before it came', async () => {
  for (const state of ['starting', 'busy', 'idle'])
    await sockets.publish(compose('status', { execution_state: state }, 'kernel'));
  const iopub = new Subscriber();
  iopub.connect(addressOf(connection, 'iopub'));
  iopub.subscribe();
  const verify = verifier(connection.key);
  const heard: unknown[] = [];
  for await (const frames of iopub) {
    const { header, content } = verify(frames)!.message;
    heard.push(content['execution_state'] ?? header.msg_type);
    if (heard.length === 4) break;
  }
  iopub.close();
  expect(heard).toEqual(['iopub_welcome', 'starting', 'busy', 'idle']);
});

test('what came before anybody listened is heard, what is signed otherwise is not', async () => {
  const shell = new Dealer({ routingId: 'client' });
  shell.connect(addressOf(connection, 'shell'));
  const forged = encode(compose('forged', {}, 'client'), [], signer('other'));
  const honest = encode(compose('honest', {}, 'client'), [], signer(connection.key));
  for (const frames of [forged, honest, honest]) await shell.send(frames);
  await shell.send(encode(compose('last', {}, 'client'), [], signer(connection.key)));
  const heard: Received[] = [];
  await new Promise<void>((resolve) => {
    sockets.listen((channel, received) => {
      if (channel === 'shell') heard.push(received);
      if (received.message.header.msg_type === 'last') resolve();
    });
  });
  shell.close();
  expect(heard.map(({ message }) => message.header.msg_type)).toEqual(['honest', 'last']);
  expect(heard[0]?.identities.map((part) => Buffer.from(part).toString())).toEqual(['client']);
});
