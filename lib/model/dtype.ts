/**
 * Half-precision numbers as files hold them, to and from float32. Rounds to nearest, ties to even, as
 * IEEE 754 and PyTorch do.
 */

/** Element types we read and write, by their safetensors names. */
export type StoredType = 'F32' | 'F16' | 'BF16';

export const bytesPerElement: Readonly<Record<StoredType, number>> = { F32: 4, F16: 2, BF16: 2 };

export function isStoredType(name: string): name is StoredType {
  return Object.hasOwn(bytesPerElement, name);
}

/** Little-endian 16-bit elements as float32, into `target`. */
export function decodeHalves(type: StoredType, halves: Uint16Array, target: Float32Array): void {
  const bits = new Uint32Array(target.buffer, target.byteOffset, target.length);
  if (type === 'BF16') for (let i = 0; i < halves.length; i++) bits[i] = halves[i]! << 16;
  else {
    const table = (halfTable ??= makeHalfTable());
    for (let i = 0; i < halves.length; i++) bits[i] = table[halves[i]!]!;
  }
}

/** float32 elements as 16-bit ones. */
export function encodeHalves(type: StoredType, source: Float32Array): Uint16Array {
  const bits = new Uint32Array(source.buffer, source.byteOffset, source.length);
  return Uint16Array.from(bits, type === 'BF16' ? toBrain : toHalf);
}

/** float32 bits to bfloat16 bits: the upper half, rounded. */
function toBrain(bits: number): number {
  if ((bits & 0x7fffffff) > 0x7f800000) return (bits >>> 16) | 0x40; // a NaN stays one
  return (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
}

/** float32 bits to float16 bits. */
function toHalf(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  if (magnitude >= 0x477ff000) return sign | 0x7c00; // 65520 and more round to infinity
  if (magnitude < 0x38800000) return sign | subnormalHalf(magnitude);
  const rebased = magnitude - 0x38000000; // exponent bias 127 to 15
  return sign | ((rebased + 0xfff + ((rebased >>> 13) & 1)) >>> 13);
}

/** Multiples of 2^-24, ties to even. */
function subnormalHalf(magnitude: number): number {
  const scaled = floatOf(magnitude) * 2 ** 24;
  const floor = Math.floor(scaled);
  const rest = scaled - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}

function floatOf(bits: number): number {
  return new Float32Array(Uint32Array.of(bits).buffer)[0]!;
}

let halfTable: Uint32Array | undefined;

/** float32 bits of each of the 65,536 halves. */
function makeHalfTable(): Uint32Array {
  const floats = Float32Array.from({ length: 65536 }, (_, half) => {
    const sign = half & 0x8000 ? -1 : 1;
    const exponent = (half >>> 10) & 31;
    const fraction = half & 1023;
    if (exponent === 31) return fraction ? NaN : sign * Infinity;
    return exponent === 0
      ? sign * fraction * 2 ** -24
      : sign * (1024 + fraction) * 2 ** (exponent - 25);
  });
  return new Uint32Array(floats.buffer);
}
