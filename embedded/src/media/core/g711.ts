/** The two laws of ITU-T G.711. */
export type G711Law = "PCMU" | "PCMA";

const decodeTables: Record<G711Law, Int16Array> = { PCMU: new Int16Array(256), PCMA: new Int16Array(256) };
const encodeTables: Record<G711Law, Uint8Array> = {
  PCMU: new Uint8Array(65536),
  PCMA: new Uint8Array(65536),
};

function ulawToLinear(byte: number): number {
  const value = ~byte & 0xff;
  const magnitude = (((value & 0x0f) << 3) + 0x84) << ((value & 0x70) >> 4);
  return value & 0x80 ? 0x84 - magnitude : magnitude - 0x84;
}

function alawToLinear(byte: number): number {
  const value = byte ^ 0x55;
  const segment = (value & 0x70) >> 4;
  const mantissa = (value & 0x0f) << 4;
  const magnitude = segment === 0 ? mantissa + 8 : (mantissa + 0x108) << (segment - 1);
  return value & 0x80 ? magnitude : -magnitude;
}

function linearToUlaw(sample: number): number {
  const sign = sample < 0 ? 0x80 : 0;
  const magnitude = Math.min(Math.abs(sample), 32635) + 0x84;
  let exponent = 7;
  for (let mask = 0x4000; exponent > 0 && (magnitude & mask) === 0; mask >>= 1) exponent--;
  const mantissa = (magnitude >> (exponent + 3)) & 0x0f;
  return ~(sign | (exponent << 4) | mantissa) & 0xff;
}

function linearToAlaw(sample: number): number {
  const sign = sample >= 0 ? 0x80 : 0;
  const magnitude = Math.min(sample >= 0 ? sample : -sample - 1, 32767);
  let exponent = 7;
  for (let mask = 0x4000; exponent > 0 && (magnitude & mask) === 0; mask >>= 1) exponent--;
  const mantissa = exponent === 0 ? magnitude >> 4 : magnitude >> (exponent + 3);
  return (sign | (exponent << 4) | (mantissa & 0x0f)) ^ 0x55;
}

for (let byte = 0; byte < 256; byte++) {
  decodeTables.PCMU[byte] = ulawToLinear(byte);
  decodeTables.PCMA[byte] = alawToLinear(byte);
}
for (let sample = -32768; sample < 32768; sample++) {
  encodeTables.PCMU[sample & 0xffff] = linearToUlaw(sample);
  encodeTables.PCMA[sample & 0xffff] = linearToAlaw(sample);
}

/** Decodes `length` bytes of `source` from `sourceOffset` into linear samples of `target` from `targetOffset`. */
export function decodeG711(
  law: G711Law,
  source: Uint8Array,
  sourceOffset: number,
  length: number,
  target: Int16Array,
  targetOffset: number,
): void {
  const table = decodeTables[law];
  for (let i = 0; i < length; i++) target[targetOffset + i] = table[source[sourceOffset + i]!]!;
}

/** Encodes `length` linear samples from the start of `source` into `target` from `targetOffset`. */
export function encodeG711(
  law: G711Law,
  source: Int16Array,
  length: number,
  target: Uint8Array,
  targetOffset: number,
): void {
  const table = encodeTables[law];
  for (let i = 0; i < length; i++) target[targetOffset + i] = table[source[i]! & 0xffff]!;
}
