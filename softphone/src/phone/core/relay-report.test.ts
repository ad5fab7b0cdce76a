import { describe, expect, it } from "vitest";
import { isRefusal, reportRelays, type RelayCheck } from "./relay-report.ts";

const check = (way: RelayCheck["way"], verdict: RelayCheck["verdict"]) => ({
  way,
  verdict,
  address: "relay:1",
});

describe("what the relays' answers mean for calls", () => {
  it("is nothing where none is set up", () => {
    expect(reportRelays([])).toBe("none");
  });
  it("is fine when UDP gets through, or was not wanted", () => {
    expect(reportRelays([check("udp", "reached"), check("tls", "unreachable")])).toBe("fine");
    expect(reportRelays([check("tls", "reached")])).toBe("fine");
  });
  it("is TCP or TLS when only they get through", () => {
    expect(reportRelays([check("udp", "unreachable"), check("tcp", "reached")])).toBe("no-udp");
  });
  it("tells a relay that can't be reached from one that refuses us", () => {
    expect(reportRelays([check("udp", "unreachable"), check("tls", "unreachable")])).toBe("unreachable");
    expect(reportRelays([check("udp", "unreachable"), check("tls", "refused")])).toBe("refused");
    expect([401, 403, 437, 486, 508].every(isRefusal)).toBe(true);
    expect([300, 701].some(isRefusal)).toBe(false);
  });
});
