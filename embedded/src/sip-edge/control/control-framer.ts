const hash = 0x23;
const zero = 0x30;
const nine = 0x39;
/** drachtio reads at most five digits of length from a client. */
const maxLengthDigits = 5;

/** A client that doesn't follow the protocol; its connection is closed. */
export class ControlFramingError extends Error {}

/** Cuts a client's bytes into payloads: `<byteLength>#<payload>`. Holds at most one message. */
export class ControlFramer {
  #buffer: Buffer = Buffer.alloc(0);

  push(bytes: Buffer): Buffer[] {
    this.#buffer = this.#buffer.length === 0 ? bytes : Buffer.concat([this.#buffer, bytes]);
    const payloads: Buffer[] = [];
    for (let payload = this.#next(); payload !== undefined; payload = this.#next()) payloads.push(payload);
    return payloads;
  }

  #next(): Buffer | undefined {
    const digits = this.#lengthDigits();
    if (digits === undefined) return undefined;
    const start = digits + 1;
    const length = Number(this.#buffer.toString("latin1", 0, digits));
    if (this.#buffer.length < start + length) return undefined;
    const payload = this.#buffer.subarray(start, start + length);
    this.#buffer = this.#buffer.subarray(start + length);
    return payload;
  }

  #lengthDigits(): number | undefined {
    for (let index = 0; index < this.#buffer.length; index++) {
      const byte = this.#buffer[index] ?? 0;
      if (byte === hash && index > 0) return index;
      if (byte < zero || byte > nine || index >= maxLengthDigits) {
        throw new ControlFramingError("A message must begin with at most five digits of length and a #");
      }
    }
    return undefined;
  }
}

export function frameControlMessage(payload: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${String(payload.length)}#`, "latin1"), payload]);
}
