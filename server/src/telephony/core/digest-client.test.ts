import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { computeHa1, formatChallenge, isResponseRight, parseCredentials } from "./digest.ts";
import { answerChallenge, bestChallenge } from "./digest-client.ts";

describe("the answer to a challenge", () => {
  // RFC 7616 §3.9.1, whose nonce and cnonce these are.
  const rfc = {
    login: { username: "Mufasa", password: "Circle of Life" },
    request: {
      method: "GET",
      uri: "/dir/index.html",
      cnonce: "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
    },
    challenge: (algorithm: string) =>
      `Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=${algorithm}, ` +
      `nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"`,
  };
  it.each([
    ["SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"],
    ["MD5", "8ca523f5e9506fed4657c9700eebdbec"],
  ])("by %s is the one of RFC 7616", (algorithm, response) => {
    const challenge = bestChallenge(rfc.challenge(algorithm));
    if (!challenge) throw new Error("A challenge was expected");
    const answer = answerChallenge(challenge, rfc.login, rfc.request);
    expect(answer).toContain(`response="${response}"`);
    expect(answer).toContain('opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"');
  });

  it("prefers SHA-256, whatever stands first", () => {
    const md5 = rfc.challenge("MD5");
    const sha = rfc.challenge("SHA-256");
    expect(bestChallenge(`${md5}, ${sha}`)?.algorithm).toBe("SHA-256");
    expect(bestChallenge(`${sha}, ${md5}`)?.algorithm).toBe("SHA-256");
  });

  it.each(["", "Basic realm=x", "Digest realm=x", 'Digest realm="x", nonce="y", algorithm=SHA-512-256'])(
    "is none to %s",
    (header) => {
      expect(bestChallenge(header)).toBeNull();
    },
  );

  it("convinces our own gate, whatever the names and passwords", () => {
    const text = fc.stringMatching(/^[\x21-\x7e]{1,30}$/);
    const algorithms = fc.constantFrom("MD5" as const, "SHA-256" as const);
    fc.assert(
      fc.property(text, text, algorithms, (username, password, algorithm) => {
        const header = formatChallenge({ realm: "carrier.example", nonce: "n0", algorithm, isStale: false });
        const challenge = bestChallenge(header);
        if (!challenge) throw new Error("A challenge was expected");
        const request = { method: "REGISTER", uri: "sip:carrier.example", cnonce: "0a4f113b" };
        const answer = answerChallenge(challenge, { username, password }, request);
        const credentials = parseCredentials(answer, "carrier.example");
        if (credentials === null || credentials === "malformed") throw new Error(answer);
        expect(credentials.username).toBe(username);
        const ha1 = computeHa1(algorithm, username, "carrier.example", password);
        expect(isResponseRight(credentials, "REGISTER", ha1)).toBe(true);
      }),
    );
  });
});
