/** A command as a client of the event socket sends it: a line, headers, perhaps a body. */
export interface EslCommand {
  line: string;
  /** Names in lower case. */
  headers: Map<string, string>;
  body: string;
}

const maximumBytes = 10 * 1024 * 1024;

/** The client broke the framing; the connection has to be closed. */
export class EslFramingError extends Error {}

/** Cuts a byte stream into commands: headers end with a blank line, Content-Length bytes of body follow. */
export class EslCommandReader {
  #buffer: Buffer = Buffer.alloc(0);

  /** Adds received bytes and returns the commands that are complete. Throws EslFramingError. */
  push(bytes: Buffer): EslCommand[] {
    this.#buffer = this.#buffer.length === 0 ? bytes : Buffer.concat([this.#buffer, bytes]);
    const commands: EslCommand[] = [];
    for (;;) {
      const command = this.#next();
      if (command === undefined) break;
      commands.push(command);
    }
    if (this.#buffer.length > maximumBytes) throw new EslFramingError("A command is longer than 10 MiB");
    return commands;
  }

  #next(): EslCommand | undefined {
    let start = 0;
    while (this.#buffer[start] === 0x0a || this.#buffer[start] === 0x0d) start++;
    if (start > 0) this.#buffer = this.#buffer.subarray(start);
    const end = this.#findHeaderEnd();
    if (end === undefined) return undefined;
    const [line = "", ...rest] = this.#buffer.toString("utf8", 0, end.index).split(/\r?\n/);
    const headers = new Map<string, string>();
    for (const text of rest) {
      const colon = text.indexOf(":");
      if (colon > 0)
        headers.set(text.slice(0, colon).trim().toLowerCase(), text.slice(colon + 1).replace(/^ +/, ""));
    }
    const length = Number(headers.get("content-length") ?? 0);
    if (!Number.isInteger(length) || length < 0 || length > maximumBytes) {
      throw new EslFramingError(`Content-Length ${headers.get("content-length")} is out of range`);
    }
    const bodyStart = end.index + end.length;
    if (this.#buffer.length < bodyStart + length) return undefined;
    const body = this.#buffer.toString("utf8", bodyStart, bodyStart + length);
    this.#buffer = this.#buffer.subarray(bodyStart + length);
    return { line: line.trim(), headers, body };
  }

  /** The first empty line, whatever its line ends. */
  #findHeaderEnd(): { index: number; length: number } | undefined {
    const plain = this.#buffer.indexOf("\n\n");
    const withReturns = this.#buffer.indexOf("\n\r\n");
    if (plain < 0 && withReturns < 0) return undefined;
    const isPlain = withReturns < 0 || (plain >= 0 && plain < withReturns);
    return isPlain ? { index: plain, length: 2 } : { index: withReturns, length: 3 };
  }
}
