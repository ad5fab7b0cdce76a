/** Takes counted bytes from a stream of chunks. */
export class ByteReader {
  readonly #source: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Buffer>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** Exactly so many; throws an Error when the stream ends before. */
  async take(bytes: number): Promise<Buffer> {
    const chunks: Buffer[] = [];
    for await (const chunk of this.stream(bytes)) chunks.push(chunk);
    return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
  }

  /** Up to so many, fewer only at the end of the stream. */
  async takeUpTo(bytes: number): Promise<Buffer> {
    const chunks: Buffer[] = [];
    let left = bytes;
    while (left > 0) {
      const chunk = await this.#next(left);
      if (chunk === null) break;
      left -= chunk.length;
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  }

  /** So many, chunk by chunk; throws an Error when the stream ends before. Goes on where it was left. */
  stream(bytes: number): AsyncIterable<Buffer> {
    let left = bytes;
    const next = async (): Promise<IteratorResult<Buffer>> => {
      if (left === 0) return { done: true, value: undefined };
      const chunk = await this.#next(left);
      if (chunk === null) throw new Error(`it ends ${left} bytes early`);
      left -= chunk.length;
      return { done: false, value: chunk };
    };
    return { [Symbol.asyncIterator]: () => ({ next }) };
  }

  /** Reads on to the end of the stream. */
  async drain(): Promise<void> {
    while ((await this.#next(Number.MAX_SAFE_INTEGER)) !== null);
  }

  async #next(most: number): Promise<Buffer | null> {
    while (this.#rest.length === 0) {
      const { done, value } = await this.#source.next();
      if (done === true) return null;
      this.#rest = value;
    }
    const chunk = this.#rest.subarray(0, most);
    this.#rest = this.#rest.subarray(chunk.length);
    return chunk;
  }
}
