import type { Clock } from "../base/clock.ts";
import type { DigestAlgorithm, DigestCredentials } from "./core/digest.ts";
import { computeHa1, formatChallenge, isResponseRight, parseCredentials } from "./core/digest.ts";
import { Nonces } from "./core/nonce.ts";
import { parseSipUri } from "./core/sip-text.ts";
import type { DigestSecret } from "./directories.ts";
import type { SipRequest, SipResponse } from "./drachtio.ts";

const nonceLifetimeMs = 300_000;

export type DigestVerdict =
  | { outcome: "right"; username: string }
  /** Answered with a challenge: no credentials, or a stale nonce. */
  | { outcome: "challenged" }
  /** Answered with 400 or 403. `username` is what was claimed. */
  | { outcome: "refused"; username: string | null };

/** Checks digest credentials of REGISTER (401) and INVITE (407) requests and answers those that lack them. */
export class DigestGate {
  readonly #realm: string;
  readonly #clock: Clock;
  readonly #nonces: Nonces;
  readonly #onFailure: () => void;
  readonly #onSuccess: (request: SipRequest) => void;

  constructor(options: {
    realm: string;
    key: string;
    clock: Clock;
    onFailure(): void;
    onSuccess(request: SipRequest): void;
  }) {
    this.#realm = options.realm;
    this.#clock = options.clock;
    this.#nonces = new Nonces(options.key, nonceLifetimeMs);
    this.#onFailure = () => options.onFailure();
    this.#onSuccess = (request) => options.onSuccess(request);
  }

  hasCredentials(request: SipRequest): boolean {
    return parseCredentials(credentialsHeader(request), this.#realm) !== null;
  }

  /** `findSecret` gets the claimed username; undefined means that there is no such account. */
  async check(
    request: SipRequest,
    response: SipResponse,
    findSecret: (username: string) => Promise<DigestSecret | undefined> | DigestSecret | undefined,
    algorithms: readonly DigestAlgorithm[],
  ): Promise<DigestVerdict> {
    const credentials = parseCredentials(credentialsHeader(request), this.#realm);
    if (credentials === null) return this.#challenge(request, response, algorithms, false);
    if (credentials === "malformed" || !algorithms.includes(credentials.algorithm)) {
      response.send(400, "Bad Credentials");
      return { outcome: "refused", username: null };
    }
    const now = this.#clock.now();
    const nonce = this.#nonces.judge(credentials.nonce, request.source_address, now);
    if (nonce === "foreign") return this.#challenge(request, response, algorithms, false);
    const secret = await findSecret(credentials.username);
    if (!secret || !this.#isRight(request, credentials, secret)) return this.#refuse(response, credentials);
    // Only who knows the password is told that the nonce is stale: the phone then tries again without asking the user.
    if (nonce === "stale") return this.#challenge(request, response, algorithms, true);
    if (!this.#nonces.use(credentials.nonce, credentials.qop?.nc ?? 0, now)) {
      this.#onFailure();
      return this.#challenge(request, response, algorithms, true);
    }
    this.#onSuccess(request);
    return { outcome: "right", username: credentials.username };
  }

  #isRight(request: SipRequest, credentials: DigestCredentials, secret: DigestSecret): boolean {
    // The digest covers the `uri` parameter, not the request line: they must dial the same (RFC 7616 §3.4.6).
    const claimed = parseSipUri(credentials.uri);
    const actual = parseSipUri(request.uri);
    if (!claimed || !actual || claimed.user !== actual.user) return false;
    return isResponseRight(credentials, request.method, this.#ha1(credentials, secret));
  }

  #ha1(credentials: DigestCredentials, secret: DigestSecret): string {
    const { algorithm, username } = credentials;
    if ("password" in secret) return computeHa1(algorithm, username, this.#realm, secret.password);
    return algorithm === "MD5" ? secret.ha1Md5 : secret.ha1Sha256;
  }

  #refuse(response: SipResponse, credentials: DigestCredentials): DigestVerdict {
    this.#onFailure();
    response.send(403);
    return { outcome: "refused", username: credentials.username };
  }

  #challenge(
    request: SipRequest,
    response: SipResponse,
    algorithms: readonly DigestAlgorithm[],
    isStale: boolean,
  ): DigestVerdict {
    const nonce = this.#nonces.issue(request.source_address, this.#clock.now());
    const name = request.method === "REGISTER" ? "WWW-Authenticate" : "Proxy-Authenticate";
    const challenges = algorithms.map((algorithm) =>
      formatChallenge({ realm: this.#realm, nonce, algorithm, isStale }),
    );
    // One header line each: these must not be joined by commas (RFC 3261 §7.3.1), and srf writes a value as it is.
    const headers = { [name]: challenges.join(`\r\n${name}: `) };
    response.send(request.method === "REGISTER" ? 401 : 407, { headers });
    return { outcome: "challenged" };
  }
}

function credentialsHeader(request: SipRequest): string | undefined {
  return request.get(request.method === "REGISTER" ? "Authorization" : "Proxy-Authorization");
}
