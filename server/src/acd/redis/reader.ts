import { describeError, type Log } from "../../base/log.ts";
import type { RedisClient } from "../../store/redis.ts";
import type { Persistence } from "./connection.ts";

const blockMs = 1_000;
const itemsPerRead = 500;

export interface StreamItem {
  position: number;
  text: string;
}

interface Source {
  key: string;
  field: string;
  journal: Log;
}

/** Reads a stream from a position on, in order, over any outage, until it is stopped. Owns its connection. */
export class StreamReader {
  private readonly client: RedisClient;
  private readonly persistence: Persistence;
  private readonly source: Source;
  private isStopped = false;

  constructor(client: RedisClient, persistence: Persistence, source: Source) {
    this.client = client;
    this.persistence = persistence;
    this.source = source;
    client.on("error", (error: unknown) => {
      source.journal.debug({ error: describeError(error) }, "The reader's connection to Redis broke");
    });
  }

  /** Hands out the texts as they come, with their positions; resolves when stopped or closed. */
  async read(after: number, onItems: (items: StreamItem[]) => void): Promise<void> {
    let last = after;
    try {
      this.connect();
      while (this.isWanted()) {
        const items = await this.persistence.run(this.client, (client) => this.next(client, last));
        last = items.at(-1)?.position ?? last;
        if (items.length > 0 && this.isWanted()) onItems(items);
      }
    } catch (error) {
      if (this.isWanted()) throw error;
    } finally {
      if (this.client.isOpen) this.client.destroy();
    }
  }

  stop(): void {
    this.isStopped = true;
  }

  private isWanted(): boolean {
    return !this.isStopped && !this.persistence.isClosed;
  }

  /** Not waited for: it tries until it succeeds, and so do the reads. */
  private connect(): void {
    this.client.connect().catch((error: unknown) => {
      if (!this.isWanted()) return;
      this.source.journal.error({ error: describeError(error) }, "The reader cannot connect to Redis");
    });
  }

  private async next(client: RedisClient, last: number): Promise<StreamItem[]> {
    const { key, field } = this.source;
    const streams = await client.xRead({ key, id: `${last}-0` }, { COUNT: itemsPerRead, BLOCK: blockMs });
    const [stream] = (streams ?? []) as { messages: { id: string; message: Record<string, string> }[] }[];
    return (stream?.messages ?? []).map(({ id, message }) => ({
      position: Number.parseInt(id, 10),
      text: message[field] ?? "",
    }));
  }
}
