import { expect, test } from 'vitest';
import { copied, memoryOpener } from '../../../../lib/engine/onnx/memory.ts';

test('a copy takes over and hands back the ranges it is told', () => {
  const shared = new SharedArrayBuffer(16);
  const [here, there] = [copied(shared), copied(shared)];
  here.flat.set([1, 2, 3, 4]);
  here.push({ start: 1, end: 3 });
  expect([...there.flat]).toEqual([0, 0, 0, 0]);
  there.pull();
  expect([...there.flat]).toEqual([0, 2, 3, 0]);
  there.flat.fill(9);
  there.push();
  here.pull({ start: 0, end: 1 });
  expect([...here.flat]).toEqual([9, 2, 3, 4]);
});

test('on a Node that takes shared memory nothing is copied', async () => {
  const shared = new SharedArrayBuffer(4);
  const memory = (await memoryOpener())(shared);
  expect(memory.flat.buffer === shared).toBe(true);
});
