/** Where a model may be loaded: engines and devices that this machine has. */
import { expect, test } from 'vitest';
import { placeOf } from '../../../lib/worker/find-engine.ts';

test('the embedded engine by default, on the device that it has', () => {
  expect(placeOf({ threads: 3 })).toEqual({ engine: 'onnx', device: 'cpu', threads: 3 });
});

test.each([
  [{ device: 'cuda' }, "unknown device 'cuda'; known: cpu"],
  [{ engine: 'onxn' }, "unknown engine 'onxn'; known: onnx, ray"],
  [{ engine: 'ray' }, 'engine ray trains elsewhere; it cannot measure or serve a model here'],
])('%j is refused', (options, message) => {
  expect(() => placeOf(options)).toThrow(message);
});
