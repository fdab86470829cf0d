/** Frames of the wire, among them one that jupyter_client itself signed. */
import { expect, test } from 'vitest';
import { compose, encode, signer, verifier } from '../../../kernel/jupyter/wire.ts';

const key = 'a0436f6c-1916-498b-8eb9-e81ab9368e84';
const sign = signer(key);
const message = compose(
  'comm_msg',
  { text: 'né 😀' },
  'session',
  { msg_id: 'p' },
  {
    metadata: { a: 1 },
    buffers: [Uint8Array.of(0, 255)],
  },
);
const frames = encode(message, [Buffer.from('who')], sign);

test('what is encoded is what is decoded', () => {
  expect(verifier(key)(frames)).toEqual({ identities: [Buffer.from('who')], message });
});

test('signs as jupyter_client does', () => {
  const parts = ['{"msg_id":"1"}', '{}', '{}', '{"code":"1+1"}'].map((text) => Buffer.from(text));
  // hmac.new(key, b''.join(parts), hashlib.sha256).hexdigest()
  const python = '571f54ca20ac469366661f0eb466e6d650eee65ae12436bc786b76a5eb890b86';
  expect(sign(parts)).toBe(python);
});

test('a message that is signed with another key is dropped', () => {
  expect(verifier('other')(frames)).toBeUndefined();
});

test.each([0, 1, 2, 3])('a message whose part %i was changed is dropped', (part) => {
  const changed = frames.with(3 + part, Buffer.from('{"changed":true}'));
  expect(verifier(key)(changed)).toBeUndefined();
});

test('a message that comes again is dropped', () => {
  const verify = verifier(key);
  expect(verify(frames)).toBeDefined();
  expect(verify(frames)).toBeUndefined();
});

test('without a key nothing is signed or checked', () => {
  const open = encode(message, [], signer(''));
  expect(open[1]).toHaveLength(0);
  const verify = verifier('');
  expect(verify(open)?.message.content).toEqual(message.content);
  expect(verify(open)?.message.content).toEqual(message.content);
});

test.each([
  ['no delimiter', [Buffer.from('garbage')]],
  ['too few parts', frames.slice(0, 5)],
  ['nothing', []],
])('%s is no message', (_, malformed) => {
  expect(verifier(key)(malformed)).toBeUndefined();
});

test.each(['not json', '"text"', 'null'])('a part that is %s is no message', (text) => {
  const parts = [text, '{}', '{}', '{}'].map((part) => Buffer.from(part));
  const bad = [Buffer.from('<IDS|MSG>'), Buffer.from(sign(parts)), ...parts];
  expect(verifier(key)(bad)).toBeUndefined();
});
