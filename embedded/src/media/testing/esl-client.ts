import { connect } from "node:net";
import type { Socket } from "node:net";
import { waitFor } from "./wait-for.ts";

export interface EslMessage {
  headers: Map<string, string>;
  body: string;
}

/** A bare event-socket client: writes text, keeps every message that comes back. */
export class EslClient {
  readonly messages: EslMessage[] = [];
  isClosed = false;
  readonly #socket: Socket;
  #buffer = Buffer.alloc(0);

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (bytes) => this.#onData(bytes));
    socket.on("close", () => (this.isClosed = true));
    socket.on("error", () => {});
  }

  static open(port: number): Promise<EslClient> {
    return new Promise((resolve) => {
      const socket = connect(port, "127.0.0.1", () => resolve(new EslClient(socket)));
    });
  }

  static of(socket: Socket): EslClient {
    return new EslClient(socket);
  }

  static async authorised(port: number, password = "ClueCon"): Promise<EslClient> {
    const client = await EslClient.open(port);
    await client.next("auth/request");
    await client.command(`auth ${password}`);
    return client;
  }

  #onData(bytes: Buffer): void {
    this.#buffer = Buffer.concat([this.#buffer, bytes]);
    for (;;) {
      const end = this.#buffer.indexOf("\n\n");
      if (end < 0) return;
      const lines = this.#buffer.toString("utf8", 0, end).split("\n");
      const headers = new Map(
        lines.map((line): [string, string] => {
          const colon = line.indexOf(": ");
          return [line.slice(0, colon), decodeURIComponent(line.slice(colon + 2))];
        }),
      );
      const length = Number(headers.get("Content-Length") ?? 0);
      if (this.#buffer.length < end + 2 + length) return;
      this.messages.push({ headers, body: this.#buffer.toString("utf8", end + 2, end + 2 + length) });
      this.#buffer = this.#buffer.subarray(end + 2 + length);
    }
  }

  write(text: string | Buffer): void {
    this.#socket.write(text);
  }

  /** Takes the next message of a type out of what has come. */
  async next(type: string): Promise<EslMessage> {
    const fits = (message: EslMessage) => message.headers.get("Content-Type") === type;
    await waitFor(type, () => this.messages.some(fits));
    const [message] = this.messages.splice(this.messages.findIndex(fits), 1);
    return message!;
  }

  /** Sends a command and returns its Reply-Text. */
  async command(text: string): Promise<string> {
    this.write(`${text}\n\n`);
    return (await this.next("command/reply")).headers.get("Reply-Text") ?? "";
  }

  async api(text: string): Promise<string> {
    this.write(`api ${text}\n\n`);
    return (await this.next("api/response")).body;
  }

  /** Takes the next JSON event with this name (and these headers) out of what has come. */
  async event(name: string, wanted: Record<string, string> = {}): Promise<Record<string, string>> {
    const parse = (message: EslMessage) => JSON.parse(message.body) as Record<string, string>;
    const fits = (message: EslMessage) => {
      if (message.headers.get("Content-Type") !== "text/event-json") return false;
      const event = parse(message);
      return (
        event["Event-Name"] === name && Object.entries(wanted).every(([key, value]) => event[key] === value)
      );
    };
    await waitFor(name, () => this.messages.some(fits));
    const [message] = this.messages.splice(this.messages.findIndex(fits), 1);
    return parse(message!);
  }

  close(): void {
    this.#socket.destroy();
  }
}
