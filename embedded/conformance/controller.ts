import { MrfClient, SrfClient } from "./clients.ts";
import type { Endpoint, MediaServer, Request, Response, Srf } from "./clients.ts";
import type { Pair } from "./pair.ts";
import { waitUntil, within } from "./peer/wait-until.ts";

export interface Incoming {
  readonly request: Request;
  readonly response: Response;
}

/** Where the edge listens, as its answer to the client's sign-in says. */
export interface Edge {
  readonly udp: { readonly host: string; readonly port: number };
  readonly tcp: { readonly host: string; readonly port: number };
  readonly webSocketUrl: string;
  /** A SIP URI of that user at the UDP address. */
  uri(user: string): string;
}

const verbs = ["invite", "register", "options", "message", "subscribe", "notify", "info", "refer"] as const;
type Verb = (typeof verbs)[number];

/** An application of the suite: signed in at the edge, requests outside of dialogs queue up for the tests. */
export class Controller {
  readonly srf: Srf;
  readonly edge: Edge;
  readonly #pair: Pair;
  readonly #waiting: Incoming[] = [];
  #media: Promise<MediaServer> | undefined;
  #isOpen = true;

  static async connect(pair: Pair, handles: readonly Verb[] = verbs): Promise<Controller> {
    const srf = new SrfClient();
    const hostports = await within(
      "the edge accepts the client",
      5000,
      new Promise<string>((resolve, reject) => {
        srf.on("connect", (error, text) => (error ? reject(error) : resolve(text)));
        srf.on("error", reject);
        srf.connect(pair.drachtio);
      }),
    );
    const controller = new Controller(pair, srf, edgeOf(hostports));
    const routes = srf as unknown as Record<Verb, (l: (q: Request, s: Response) => void) => void>;
    for (const verb of handles)
      routes[verb]((request, response) => controller.#waiting.push({ request, response }));
    return controller;
  }

  private constructor(pair: Pair, srf: Srf, edge: Edge) {
    this.#pair = pair;
    this.srf = srf;
    this.edge = edge;
  }

  /** The next request of that method, oldest first; of that Call-ID, when several tests share the application. */
  async take(method: string, callId?: string, timeoutMs = 4000): Promise<Incoming> {
    const find = (): number =>
      this.#waiting.findIndex(
        ({ request }) =>
          request.method === method && (callId === undefined || request.get("Call-ID") === callId),
      );
    await waitUntil(`the application gets a ${method}`, timeoutMs, () => find() >= 0);
    const [incoming] = this.#waiting.splice(find(), 1);
    if (incoming === undefined) throw new Error("unreachable: the request was there");
    return incoming;
  }

  get waitingCount(): number {
    return this.#waiting.length;
  }

  /** Sends a request outside of calls (or in one, by its id) and brings the status of its final answer. */
  ask(
    uri: string,
    options: {
      method: string;
      proxy?: string;
      stackDialogId?: string;
      headers?: Readonly<Record<string, string>>;
    },
  ): Promise<number> {
    return new Promise((resolve, reject) => {
      this.srf.request(uri, options, (error, request) => {
        if (error !== null) reject(error);
        else request.on("response", ({ status }) => resolve(status));
      });
    });
  }

  /** The media server, connected at the first call: one connection for all tests that share this application. */
  media(): Promise<MediaServer> {
    this.#media ??= new MrfClient(this.srf).connect({
      address: this.#pair.freeswitch.host,
      port: this.#pair.freeswitch.port,
      secret: this.#pair.freeswitch.secret,
      listenAddress: "127.0.0.1",
    });
    return this.#media;
  }

  /** Cuts every connection as a killed process would: no BYE, no exit. */
  async die(endpoints: readonly Endpoint[] = []): Promise<void> {
    for (const endpoint of endpoints) endpoint.conn.socket?.destroy();
    await this.close();
  }

  /** Idempotent. A media server that is not told would be reconnected to for ever. */
  async close(): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.srf.disconnect();
    const media = await this.#media?.catch(() => undefined); // undefined: it never came up
    media?.disconnect();
  }
}

function edgeOf(hostports: string): Edge {
  const addresses = hostports.split(",").map((hostport) => {
    const [, protocol = "", host = "", port = ""] = /^(\w+)\/(.+):(\d+)$/.exec(hostport.trim()) ?? [];
    return { protocol, host, port: Number(port) };
  });
  const of = (protocol: string): { host: string; port: number } => {
    const found = addresses.find((address) => address.protocol === protocol);
    if (found === undefined) throw new Error(`the edge does not listen on ${protocol}: ${hostports}`);
    return found;
  };
  const udp = of("udp");
  const ws = of("ws");
  return {
    udp,
    tcp: of("tcp"),
    webSocketUrl: `ws://${ws.host}:${ws.port}`,
    uri: (user) => `sip:${user}@${udp.host}:${udp.port}`,
  };
}

/** A callback for provisional answers, and the promise of the first. CANCEL may only follow one (RFC 3261 §9.1). */
export function firstRing(): { ringing: Promise<void>; cbProvisional: () => void } {
  let heard: () => void = () => undefined;
  const ringing = new Promise<void>((resolve) => {
    heard = resolve;
  });
  return { ringing, cbProvisional: () => heard() };
}
