import { describe, expect, it } from "vitest";
import {
  algorithmsFor,
  computeHa1,
  expectedResponse,
  formatChallenge,
  isResponseRight,
  parseCredentials,
} from "./digest.ts";
import type { DigestCredentials } from "./digest.ts";

/** RFC 7616 §3.9.1, whose HTTP request is as good as a SIP one for the arithmetic. */
const rfc7616 = {
  username: "Mufasa",
  realm: "http-auth@example.org",
  uri: "/dir/index.html",
  nonce: "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
  qop: { nc: 1, ncText: "00000001", cnonce: "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ" },
};

describe("the digest", () => {
  it.each([
    ["MD5", "8ca523f5e9506fed4657c9700eebdbec"],
    ["SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"],
  ] as const)("is that of RFC 7616 for %s", (algorithm, response) => {
    const credentials: DigestCredentials = { ...rfc7616, algorithm, response };
    const ha1 = computeHa1(algorithm, rfc7616.username, rfc7616.realm, "Circle of Life");
    expect(expectedResponse(credentials, "GET", ha1)).toBe(response);
    expect(isResponseRight(credentials, "GET", ha1)).toBe(true);
    expect(isResponseRight(credentials, "POST", ha1)).toBe(false);
    expect(isResponseRight({ ...credentials, response: response.slice(1) }, "GET", ha1)).toBe(false);
    expect(isResponseRight({ ...credentials, qop: { ...rfc7616.qop, ncText: "00000002" } }, "GET", ha1)).toBe(
      false,
    );
  });

  it("without qop is that of RFC 2069", () => {
    const credentials: DigestCredentials = {
      ...{ username: "Mufasa", realm: "testrealm@host.com", uri: "/dir/index.html", algorithm: "MD5" },
      ...{ nonce: "dcd98b7102dd2f0e8b11d0f600bfb0c093", response: "", qop: null },
    };
    const ha1 = computeHa1("MD5", "Mufasa", "testrealm@host.com", "CircleOfLife");
    expect(expectedResponse(credentials, "GET", ha1)).toBe("1949323746fe6a43ef61f9606e7febea");
  });

  it("names realm, nonce, algorithm and staleness in the challenge", () => {
    expect(formatChallenge({ realm: "r", nonce: "n", algorithm: "SHA-256", isStale: true })).toBe(
      'Digest realm="r", nonce="n", algorithm=SHA-256, qop="auth", stale=true',
    );
  });
});

describe("credentials in a header", () => {
  const ours =
    'Digest username="a, b", realm="r", nonce="n", uri="sip:r", response="00", algorithm=MD5, qop=auth, nc=0000000a, cnonce="c"';

  it("are read whatever the quoting", () => {
    expect(parseCredentials(ours, "r")).toEqual({
      ...{ username: "a, b", realm: "r", nonce: "n", uri: "sip:r", response: "00", algorithm: "MD5" },
      qop: { nc: 10, ncText: "0000000a", cnonce: "c" },
    });
  });

  it("of our realm are found among others", () => {
    const other = 'Digest username="x", realm="other", nonce="m", uri="sip:o", response="11"';
    expect(parseCredentials(`${other}, ${ours}`, "r")).toMatchObject({ username: "a, b" });
    expect(parseCredentials(other, "r")).toBeNull();
    expect(parseCredentials(undefined, "r")).toBeNull();
    expect(parseCredentials("Bearer abc", "r")).toBeNull();
  });

  it.each([
    'Digest realm="r"',
    'Digest realm="r", username="a", nonce="n", uri="u", response="0", algorithm=MD5-sess',
    'Digest realm="r", username="a", nonce="n", uri="u", response="0", qop=auth, nc=1, cnonce="c"',
    'Digest realm="r", username="a", nonce="n", uri="u", response="0", qop=auth-int, nc=00000001, cnonce="c"',
    'Digest realm="r", username="a", nonce="n", uri="u", response="0", qop=auth, nc=00000001',
  ])("are malformed: %s", (header) => {
    expect(parseCredentials(header, "r")).toBe("malformed");
  });
});

describe("what a phone is offered", () => {
  it("is MD5 first and SHA-256 second, but MD5 alone where a second one makes it give up", () => {
    expect(algorithmsFor(undefined)).toEqual(["MD5", "SHA-256"]);
    expect(algorithmsFor("baresip v3.5.1 (x86_64/linux)")).toEqual(["MD5", "SHA-256"]);
    expect(algorithmsFor("baresip v1.0.0 (x86_64/linux)")).toEqual(["MD5"]);
  });
});
