import { createHash, timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server } from "node:net";
import type { Cancel, Clock } from "../clock.ts";
import type { Address } from "../transport/flow.ts";
import type { ControlRequest } from "./app-message.ts";
import type { ControlClient } from "./control-client.ts";
import { ControlConnection } from "./control-connection.ts";
import { refuse } from "./replies.ts";
import type { VerbRoutes } from "./verb-routes.ts";

/** The version that drachtio-srf is told; from 0.8.2 on it pings. */
const drachtioVersion = "v0.9.2";
const authenticationTimeoutMs = 10_000;
const maxClients = 64;

export interface ControlConfig extends Address {
  readonly secret: string;
}

export interface ControlServerUser {
  readonly routes: VerbRoutes;
  /** "udp/ip:port,ws/ip:port", as the world sees us and as we are bound. */
  hostPorts(): { readonly advertised: string; readonly local: string };
  onSip(client: ControlClient, request: ControlRequest): void;
  onClientClosed(client: ControlClient): void;
}

/** drachtio's control port: authentication, routes, pings; `sip` goes on to the user agent. */
export class ControlServer {
  readonly #server: Server;
  readonly #config: ControlConfig;
  readonly #user: ControlServerUser;
  readonly #clock: Clock;
  readonly #connections = new Map<ControlConnection, Cancel>();

  private constructor(config: ControlConfig, clock: Clock, user: ControlServerUser) {
    this.#config = config;
    this.#clock = clock;
    this.#user = user;
    this.#server = createServer((socket) => {
      if (this.#connections.size >= maxClients) socket.destroy();
      else this.#adopt(new ControlConnection(socket, this.#connectionUser));
    });
  }

  static async open(config: ControlConfig, clock: Clock, user: ControlServerUser): Promise<ControlServer> {
    const control = new ControlServer(config, clock, user);
    control.#server.listen(config.port, config.host);
    await once(control.#server, "listening");
    return control;
  }

  get address(): Address {
    const bound = this.#server.address();
    const port = typeof bound === "object" && bound !== null ? bound.port : this.#config.port;
    return { host: this.#config.host, port };
  }

  async close(): Promise<void> {
    for (const connection of this.#connections.keys()) connection.close();
    if (!this.#server.listening) return;
    const closed = once(this.#server, "close");
    this.#server.close();
    await closed;
  }

  #adopt(connection: ControlConnection): void {
    const stop = this.#clock.after(authenticationTimeoutMs, () => {
      if (!connection.isAuthenticated) connection.close();
    });
    this.#connections.set(connection, stop);
  }

  readonly #connectionUser = {
    onRequest: (connection: ControlConnection, request: ControlRequest): boolean => {
      if (request.verb === "authenticate") return this.#authenticate(connection, request);
      if (!connection.isAuthenticated) {
        connection.send(["response", request.id, "NO", "not authenticated"]);
        return false;
      }
      return this.#serve(connection, request);
    },
    onClose: (connection: ControlConnection): void => {
      this.#connections.get(connection)?.();
      this.#connections.delete(connection);
      this.#user.routes.removeClient(connection);
      if (connection.isAuthenticated) this.#user.onClientClosed(connection);
    },
  };

  #authenticate(connection: ControlConnection, request: ControlRequest): boolean {
    if (!isSame(request.args[0] ?? "", this.#config.secret)) {
      connection.send(["response", request.id, "NO", "incorrect secret"]);
      return false;
    }
    connection.isAuthenticated = true;
    const { advertised, local } = this.#user.hostPorts();
    connection.send(["response", request.id, "OK", advertised, drachtioVersion, local]);
    return true;
  }

  #serve(connection: ControlConnection, request: ControlRequest): boolean {
    const verb = request.args[0] ?? "";
    if (request.verb === "ping") connection.send(["response", request.id, "OK", "pong"]);
    else if (request.verb === "route") {
      this.#user.routes.add(connection, verb);
      connection.send(["response", request.id, "OK"]);
    } else if (request.verb === "remove_route") {
      this.#user.routes.remove(connection, verb);
      connection.send(["response", request.id, "OK"]);
    } else if (request.verb === "sip" && request.args.length >= 2) this.#user.onSip(connection, request);
    else if (request.verb === "proxy")
      refuse(connection, request.id, "proxying is not supported by the embedded edge");
    else {
      connection.send(["response", request.id, "NO", "Unknown message type"]);
      return false;
    }
    return true;
  }
}

function isSame(given: string, wanted: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text, "latin1").digest();
  return timingSafeEqual(digest(given), digest(Buffer.from(wanted, "utf8").toString("latin1")));
}
