import type { AddressInfo, Server } from "node:net";
import { createServer } from "node:net";
import type { EventSocketContext } from "./event-socket-session.ts";
import { EventSocketSession } from "./event-socket-session.ts";

const authenticationTimeoutMs = 25000;

/** The listening side of the event socket: controllers connect, authenticate, command and listen. */
export class EventSocketServer {
  readonly #server: Server;
  readonly #sessions = new Set<EventSocketSession>();

  private constructor(server: Server) {
    this.#server = server;
  }

  static open(host: string, port: number, context: EventSocketContext): Promise<EventSocketServer> {
    const server = createServer();
    const self = new EventSocketServer(server);
    server.on("connection", (socket) => {
      const session = new EventSocketSession(socket, context);
      self.#sessions.add(session);
      const timer = setTimeout(() => session.closeUnlessAuthorised(), authenticationTimeoutMs);
      session.onClose = () => {
        clearTimeout(timer);
        self.#sessions.delete(session);
      };
    });
    return new Promise((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, host, () => {
        server.removeListener("error", reject);
        server.on("error", (error) => context.log.error({ error: error.message }, "the event socket failed"));
        resolve(self);
      });
    });
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get count(): number {
    return this.#sessions.size;
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const session of this.#sessions) session.close();
    await closed;
  }
}
