import type { ControlClient } from "./control-client.ts";

/** Which clients want which requests; each verb is dealt round robin. */
export class VerbRoutes {
  readonly #clientsByVerb = new Map<string, { clients: ControlClient[]; next: number }>();

  add(client: ControlClient, verb: string): void {
    const key = verb.toLowerCase();
    const route = this.#clientsByVerb.get(key) ?? { clients: [], next: 0 };
    if (!route.clients.includes(client)) route.clients.push(client);
    this.#clientsByVerb.set(key, route);
  }

  remove(client: ControlClient, verb: string): void {
    const key = verb.toLowerCase();
    const route = this.#clientsByVerb.get(key);
    if (route === undefined) return;
    route.clients = route.clients.filter((candidate) => candidate !== client);
    if (route.clients.length === 0) this.#clientsByVerb.delete(key);
  }

  removeClient(client: ControlClient): void {
    for (const verb of this.#clientsByVerb.keys()) this.remove(client, verb);
  }

  /** The next client in turn; undefined when nobody wants that verb. */
  select(method: string): ControlClient | undefined {
    const route = this.#clientsByVerb.get(method.toLowerCase());
    if (route === undefined) return undefined;
    const client = route.clients[route.next % route.clients.length];
    route.next = (route.next + 1) % route.clients.length;
    return client;
  }
}
