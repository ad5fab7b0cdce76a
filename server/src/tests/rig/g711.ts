/** G.711 for the rig's own ears and mouth, by the definition (ITU-T G.711) rather than by the server's tables. */

export type G711 = "PCMU" | "PCMA";

/** RFC 3551, section 6: the static payload types. */
export const payloadTypeOf: Record<G711, number> = { PCMU: 0, PCMA: 8 };

export function encodeG711(codec: G711, samples: Int16Array): Buffer {
  const encode = codec === "PCMU" ? encodeMuLaw : encodeALaw;
  return Buffer.from(Uint8Array.from(samples, encode));
}

export function decodeG711(codec: G711, payload: Uint8Array): Int16Array {
  const decode = codec === "PCMU" ? decodeMuLaw : decodeALaw;
  return Int16Array.from(payload, decode);
}

function encodeMuLaw(sample: number): number {
  const sign = sample < 0 ? 0x80 : 0;
  const magnitude = Math.min(32_635, Math.abs(sample)) + 132;
  const exponent = Math.max(0, 31 - Math.clz32(magnitude) - 7);
  const mantissa = (magnitude >> (exponent + 3)) & 0x0f;
  return ~(sign | (exponent << 4) | mantissa) & 0xff;
}

function decodeMuLaw(byte: number): number {
  const bits = ~byte & 0xff;
  const magnitude = ((((bits & 0x0f) << 3) + 132) << ((bits >> 4) & 0x07)) - 132;
  return bits & 0x80 ? -magnitude : magnitude;
}

function encodeALaw(sample: number): number {
  const sign = sample >= 0 ? 0x80 : 0;
  const magnitude = Math.min(32_767, sample >= 0 ? sample : -sample - 1);
  const exponent = Math.max(0, 31 - Math.clz32(magnitude) - 7);
  const mantissa = (magnitude >> (exponent === 0 ? 4 : exponent + 3)) & 0x0f;
  return (sign | (exponent << 4) | mantissa) ^ 0x55;
}

function decodeALaw(byte: number): number {
  const bits = byte ^ 0x55;
  const exponent = (bits >> 4) & 0x07;
  const mantissa = ((bits & 0x0f) << 4) + 8;
  const magnitude = exponent === 0 ? mantissa : (mantissa + 0x100) << (exponent - 1);
  return bits & 0x80 ? magnitude : -magnitude;
}
