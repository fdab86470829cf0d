/** Half precision, against values written out from IEEE 754 and against every half there is. */
import { expect, test } from 'vitest';
import { decodeHalves, encodeHalves } from '../../../lib/model/dtype.ts';

const decode = (type: 'F16' | 'BF16', ...halves: number[]): number[] => {
  const target = new Float32Array(halves.length);
  decodeHalves(type, Uint16Array.from(halves), target);
  return [...target];
};
const encode = (type: 'F16' | 'BF16', ...floats: number[]): number[] => [
  ...encodeHalves(type, Float32Array.from(floats)),
];

test('float16 values', () => {
  expect(decode('F16', 0x0000, 0x8000, 0x3c00, 0xc000, 0x7bff, 0x0400, 0x0001, 0x7c00)).toEqual([
    0,
    -0,
    1,
    -2,
    65504,
    2 ** -14,
    2 ** -24,
    Infinity,
  ]);
  expect(decode('F16', 0x7e00)).toEqual([NaN]);
});

test('float16 rounds to nearest, ties to even', () => {
  const cases: [number, number][] = [
    [65519, 0x7bff],
    [65520, 0x7c00],
    [1 + 2 ** -11, 0x3c00],
    [1 + 3 * 2 ** -11, 0x3c02],
    [2 ** -25, 0x0000],
    [1.5 * 2 ** -24, 0x0002],
    [2 ** -14 - 2 ** -26, 0x0400],
    [-1e-30, 0x8000],
    [NaN, 0x7e00],
    [-Infinity, 0xfc00],
  ];
  expect(encode('F16', ...cases.map(([value]) => value))).toEqual(cases.map(([, half]) => half));
});

test('bfloat16 values and rounding', () => {
  expect(decode('BF16', 0x3f80, 0xc040, 0x7f80)).toEqual([1, -3, Infinity]);
  const ties = [1 + 2 ** -8, 1 + 3 * 2 ** -8, 1 + 2 ** -8 + 2 ** -20, 3.4e38];
  expect(encode('BF16', ...ties)).toEqual([0x3f80, 0x3f82, 0x3f81, 0x7f80]);
  expect(encode('BF16', NaN)).toEqual([0x7fc0]);
});

test.each(['F16', 'BF16'] as const)('every %s comes back', (type) => {
  const halves = Uint16Array.from({ length: 65536 }, (_, i) => i);
  const floats = new Float32Array(65536);
  decodeHalves(type, halves, floats);
  const numbers = halves.filter((_, i) => !Number.isNaN(floats[i]!));
  expect(encodeHalves(type, floats).filter((_, i) => !Number.isNaN(floats[i]!))).toEqual(numbers);
});
