import { findHeadEnd } from "./parse-message.ts";

/** What a byte stream was cut into (RFC 3261 section 18.3, RFC 5626 section 4.4.1). */
export type Frame =
  | { readonly type: "message"; readonly bytes: Buffer }
  | { readonly type: "ping" }
  /** The stream can't be followed any more; `head` is what was read of the message that broke it. */
  | { readonly type: "broken"; readonly status: 400 | 513; readonly head: Buffer };

const contentLengthPattern = /^(?:content-length|l)[ \t]*:[ \t]*(.*?)[ \t]*$/gim;

/** Cuts a TCP or TLS stream into messages by Content-Length, holding at most one message of the given size. */
export class StreamFramer {
  #buffer: Buffer = Buffer.alloc(0);
  #scanned = 0;
  #isBroken = false;
  readonly #maxMessageBytes: number;

  constructor(maxMessageBytes: number) {
    this.#maxMessageBytes = maxMessageBytes;
  }

  get hasPartialMessage(): boolean {
    return this.#buffer.some((byte) => !isLineEnd(byte));
  }

  push(bytes: Buffer): Frame[] {
    if (this.#isBroken) return [];
    this.#buffer = this.#buffer.length === 0 ? bytes : Buffer.concat([this.#buffer, bytes]);
    const frames: Frame[] = [];
    for (let frame = this.#next(); frame !== undefined; frame = this.#next()) {
      frames.push(frame);
      if (frame.type === "broken") break;
    }
    return frames;
  }

  #next(): Frame | undefined {
    const keepAlive = this.#skipKeepAlive();
    if (keepAlive === "ping") return { type: "ping" };
    if (keepAlive === "undecided" || this.#buffer.length === 0) return undefined;
    const headEnd = findHeadEnd(this.#buffer, Math.max(0, this.#scanned - 3));
    if (headEnd === undefined) {
      this.#scanned = this.#buffer.length;
      return this.#buffer.length > this.#maxMessageBytes ? this.#break(513, this.#buffer) : undefined;
    }
    const head = this.#buffer.subarray(0, headEnd.end);
    const length = readLength(head);
    if (length === undefined) return this.#break(400, head);
    if (headEnd.end + length > this.#maxMessageBytes) return this.#break(513, head);
    if (this.#buffer.length < headEnd.end + length) return undefined;
    return { type: "message", bytes: this.#take(headEnd.end + length) };
  }

  /** A double CRLF between messages is a ping; single ones are padding (RFC 3261 section 7.5). */
  #skipKeepAlive(): "ping" | "undecided" | undefined {
    if (this.#buffer.length >= 4 && this.#buffer.toString("latin1", 0, 4) === "\r\n\r\n") {
      this.#take(4);
      return "ping";
    }
    let blank = 0;
    while (isLineEnd(this.#buffer[blank])) blank++;
    if (blank > 0 && blank === this.#buffer.length && blank < 4) return "undecided";
    if (blank > 0) this.#take(blank);
    return undefined;
  }

  #take(length: number): Buffer {
    const taken = this.#buffer.subarray(0, length);
    this.#buffer = this.#buffer.subarray(length);
    this.#scanned = 0;
    return taken;
  }

  #break(status: 400 | 513, head: Buffer): Frame {
    this.#isBroken = true;
    this.#buffer = Buffer.alloc(0);
    return { type: "broken", status, head };
  }
}

function isLineEnd(byte: number | undefined): boolean {
  return byte === 0x0d || byte === 0x0a;
}

/** RFC 3261 section 18.3: over a stream Content-Length is mandatory. Absent, it is read as 0. */
function readLength(head: Buffer): number | undefined {
  const values = [...head.toString("latin1").matchAll(contentLengthPattern)].map((match) => match[1] ?? "");
  if (values.length === 0) return 0;
  const value = values[0] ?? "";
  return values.length === 1 && /^\d{1,9}$/.test(value) ? Number(value) : undefined;
}
