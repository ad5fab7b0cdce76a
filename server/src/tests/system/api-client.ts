/** A person at the API: signs in by one-time link or password, keeps cookie and CSRF token, types from the contract. */
import { keepSecret } from "../rig/privacy.ts";
import type { Endpoint, InputOf, ResultOf } from "../../contract/endpoint.ts";
import { acceptInvitation, signIn } from "../../contract/people.ts";
import type { Me } from "../../contract/people.ts";

type Input<E extends Endpoint> = Partial<{
  params: Partial<InputOf<E>["params"]>;
  query: Partial<InputOf<E>["query"]>;
  body: unknown;
}>;

export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string, message: string) {
    super(`${status} ${code}: ${message}`);
    this.status = status;
    this.code = code;
  }
}

export class ApiClient {
  readonly origin: string;
  cookie = "";
  me: Me | null = null;
  /** Who it claims to be behind a proxy that the program trusts. */
  readonly #from: string | null;

  constructor(origin: string, from: string | null = null) {
    this.origin = origin;
    this.#from = from;
  }

  /** Uses a one-time link of the program's greeting. */
  static async byLink(
    url: string,
    password: string,
    more: object = {},
    from: string | null = null,
  ): Promise<ApiClient> {
    const client = new ApiClient(new URL(url).origin, from);
    const token = new URL(url).pathname.split("/").at(-1) ?? "";
    keepSecret(token, password);
    client.me = await client.call(acceptInvitation, { params: { token }, body: { password, ...more } });
    return client;
  }

  async signIn(username: string, password: string): Promise<void> {
    this.me = await this.call(signIn, { body: { username, password } });
  }

  /** Calls an endpoint; throws ApiError for everything but 2xx. */
  async call<E extends Endpoint>(endpoint: E, input: Input<E> = {}): Promise<ResultOf<E>> {
    const response = await this.raw(endpoint, input);
    const text = await response.text();
    if (!response.ok) {
      const { error } = JSON.parse(text) as { error: { code: string; message: string } };
      throw new ApiError(response.status, error.code, error.message);
    }
    return (text === "" ? {} : JSON.parse(text)) as ResultOf<E>;
  }

  async raw<E extends Endpoint>(endpoint: E, input: Input<E> = {}): Promise<Response> {
    const params = (input.params ?? {}) as Record<string, string>;
    const path = endpoint.path.replace(/:(\w+)/g, (_all, name: string) =>
      encodeURIComponent(params[name] ?? ""),
    );
    const query = new URLSearchParams();
    for (const [key, value] of Object.entries((input.query ?? {}) as Record<string, unknown>))
      query.set(key, String(value));
    const response = await fetch(`${this.origin}${path}${query.size > 0 ? `?${query.toString()}` : ""}`, {
      method: endpoint.method,
      headers: {
        "content-type": "application/json",
        origin: this.origin,
        ...(this.#from === null ? {} : { "x-forwarded-for": this.#from }),
        ...(this.cookie === "" ? {} : { cookie: this.cookie }),
        ...(this.me ? { "x-csrf-token": this.me.csrfToken } : {}),
      },
      ...(endpoint.method === "GET" ? {} : { body: JSON.stringify(input.body ?? {}) }),
    });
    const cookie = response.headers.getSetCookie()[0];
    if (cookie !== undefined) this.cookie = cookie.split(";")[0] ?? "";
    keepSecret(this.cookie.split("=")[1]);
    return response;
  }
}
