import { describe, expect, it } from "vitest";
import { judgeCertificate } from "./certificate.ts";
import { judgeHttpDate, judgeOffset } from "./clocks.ts";
import { editsBetween, judgeFileLimit, judgeModes, judgeNames, judgeNode } from "./configuration.ts";
import { judgeDisk } from "./disk.ts";
import { type Finding, hideSecrets, problem, worstOf } from "./finding.ts";
import { isPrivate, judgeNat, judgePorts, judgeRtpRange, readListeners } from "./network.ts";
import { renderFindings } from "./render.ts";
import { judgeDrachtio, judgeFreeswitch, neededModules, readProfile, readStatus } from "./servers.ts";
import { judgePostgres, judgeRedis, type PostgresFacts } from "./stores.ts";

const outcomes = (findings: readonly Finding[]) =>
  Object.fromEntries(findings.map(({ name, outcome }) => [name, outcome]));
const bad = (findings: readonly Finding[]) =>
  findings.filter(({ outcome }) => outcome === "warning" || outcome === "problem");

describe("names of variables", () => {
  const read = [
    "RINGDOWN_HTTP_PORT",
    "RINGDOWN_DATA_DIR",
    "DRACHTIO_HOST",
    "FREESWITCH_HOST",
    "DATABASE_URL",
  ];

  it.each([
    ["RINGDOWN_HTPP_PORT", "RINGDOWN_HTTP_PORT"],
    ["RINGDOWN_DATADIR", "RINGDOWN_DATA_DIR"],
    ["DRACHTIO_HOSTS", "DRACHTIO_HOST"],
    ["FREESWICH_HOST", null], // no prefix of ours, and far from the unprefixed ones
    ["FREESWITCH_RTP_START_PROT", "FREESWITCH_RTP_START_PORT"],
    ["DATABSE_URL", "DATABASE_URL"],
  ])("%s is meant to be %s", (given, meant) => {
    const [finding] = judgeNames([given], read);
    if (meant === null) expect(finding?.outcome).toBe("ok");
    else expect(finding).toMatchObject({ outcome: "problem", advice: `Rename it to ${meant}, or remove it` });
  });

  it("may be unknown when they are others' own, but none of Ringdown's", () => {
    expect(judgeNames(["FREESWITCH_SOMETHING_ELSE", "PATH", "HOME"], read)[0]?.outcome).toBe("ok");
    expect(judgeNames(["RINGDOWN_NOTHING_LIKE_THIS"], read)[0]).toMatchObject({ outcome: "warning" });
    expect(judgeNames(["RINGDOWN_HTTP_PORT", "FREESWITCH_IP"], read)[0]?.outcome).toBe("ok");
  });

  it("are compared by edits, an exchange counting once", () => {
    expect(editsBetween("PORT", "PROT")).toBe(1);
    expect(editsBetween("", "abc")).toBe(3);
    expect(editsBetween("same", "same")).toBe(0);
  });
});

describe("the machine", () => {
  it("keeps secrets to their owner, has a Node.js that runs this, and files to open", () => {
    const files = [
      { path: ".env", mode: 0o100644 },
      { path: "secrets.key", mode: 0o100600 },
      { path: "gone", mode: null },
    ];
    expect(judgeModes(files)).toMatchObject([
      { outcome: "problem", advice: "chmod 600 .env" },
      { outcome: "ok" },
    ]);
    expect(judgeNode("v20.18.3").outcome).toBe("problem");
    expect(judgeNode("v20.19.0").outcome).toBe("ok");
    expect(judgeNode("v24.0.0").outcome).toBe("ok");
    expect(judgeFileLimit(1_024)).toMatchObject([{ outcome: "warning" }]);
    expect(judgeFileLimit(null)).toEqual([]);
  });

  it.each([
    [300e6, "problem", "300 MB are free in /data: 8 minutes of recording with 2 talks at once"],
    [5e9, "warning", "5.0 GB are free in /data: 20 hours of recording with 2 talks at once"],
    [2e12, "ok", "2.0 TB are free in /data: 8679 hours of recording with 2 talks at once"],
  ])("with %d bytes free is a %s", (freeBytes, outcome, saw) => {
    const facts = { dataDir: "/data", exists: true, writable: true, talks: 2 };
    const findings = judgeDisk({ ...facts, space: { freeBytes, freeFiles: 10_000, files: 20_000 } });
    expect(findings[1]).toMatchObject({ outcome, saw });
  });

  it("says when files run out, and when the directory is missing or closed", () => {
    const space = { freeBytes: 2e12, freeFiles: 900, files: 1e6 };
    const facts = { dataDir: "/data", exists: true, writable: false, talks: 2, space };
    expect(judgeDisk(facts).map(({ outcome }) => outcome)).toEqual(["problem", "ok", "problem"]);
    const found = judgeDisk({ ...facts, exists: false, space: { ...space, freeFiles: 0, files: 0 } });
    expect(found.map(({ outcome }) => outcome)).toEqual(["warning", "ok", "ok"]);
  });
});

describe("PostgreSQL", () => {
  const good: PostgresFacts = {
    ...{ version: 180_001, mayCreate: true, trigrams: true, applied: ["a", "b"], known: ["a", "b"] },
    ...{ roundTripMs: 0.4, clockOffsetMs: 3, maxConnections: 97, usedConnections: 12 },
  };

  it.each<[string, Partial<PostgresFacts>, string, string]>([
    ["version", { version: 130_004 }, "problem", "Use PostgreSQL 14 or newer"],
    ["rights", { mayCreate: false }, "problem", "owner"],
    ["rights", { trigrams: false }, "problem", "pg_trgm"],
    ["schema", { known: ["a", "b", "c"] }, "warning", "backup"],
    ["schema", { applied: ["a", "b", "future"] }, "problem", "that version"],
    ["round trip", { roundTripMs: 12 }, "warning", "nearer"],
    ["round trip", { roundTripMs: 80 }, "problem", "nearer"],
    ["connections", { usedConnections: 90 }, "warning", "max_connections"],
  ])("%s: %j", (what, change, outcome, advice) => {
    const found = judgePostgres({ ...good, ...change }).find(({ name }) => name === `postgres: ${what}`);
    expect(found).toMatchObject({ outcome, advice: expect.stringContaining(advice) as string });
  });

  it("that is as it should be, or new, gives no advice", () => {
    expect(bad(judgePostgres(good))).toEqual([]);
    expect(bad(judgePostgres({ ...good, applied: [] }))).toEqual([]);
  });
});

describe("Redis", () => {
  const config = { appendonly: "yes", appendfsync: "everysec", maxmemory: "0", policy: "noeviction" };
  const good = { version: "7.4.2", config, writeMs: 0.3, clockOffsetMs: 0 };

  it("must keep what it is given", () => {
    expect(bad(judgeRedis(good))).toEqual([]);
    const advice = (change: Partial<typeof config>) =>
      bad(judgeRedis({ ...good, config: { ...config, ...change } })).map(({ outcome, advice: what }) => [
        outcome,
        what,
      ]);
    expect(advice({ appendonly: "no" })).toEqual([["warning", expect.stringContaining("appendonly yes")]]);
    expect(advice({ appendfsync: "no" })).toEqual([["warning", "Set appendfsync everysec"]]);
    expect(advice({ policy: "allkeys-lru" })).toEqual([["warning", "Set maxmemory-policy noeviction"]]);
    expect(advice({ policy: "allkeys-lru", maxmemory: "100" })).toEqual([
      ["problem", "Set maxmemory-policy noeviction"],
    ]);
    expect(bad(judgeRedis({ ...good, config: null }))).toMatchObject([{ outcome: "warning" }]);
    expect(bad(judgeRedis({ ...good, version: "5.0.7" }))).toMatchObject([{ outcome: "problem" }]);
  });
});

describe("drachtio", () => {
  const facts = { where: "edge:9022", version: "v0.9.4" };

  it("lets telephones and browsers in, and tells callers an address that they reach", () => {
    const all = ["udp/198.51.100.7:5060", "tcp/198.51.100.7:5060", "ws/127.0.0.1:8088"];
    expect(bad(judgeDrachtio({ ...facts, listeners: all }, undefined))).toEqual([]);
    expect(bad(judgeDrachtio({ ...facts, listeners: all }, "198.51.100.7"))).toEqual([]);
    expect(bad(judgeDrachtio({ ...facts, listeners: all }, "203.0.113.1"))).toMatchObject([
      { outcome: "problem", advice: "Start drachtio with --external-ip 203.0.113.1" },
    ]);
    expect(bad(judgeDrachtio({ ...facts, listeners: all.slice(0, 2) }, undefined))).toMatchObject([
      { outcome: "problem", saw: expect.stringContaining("no browser gets in") as string },
    ]);
    expect(bad(judgeDrachtio({ ...facts, listeners: ["ws/127.0.0.1:8088"] }, undefined))).toMatchObject([
      { saw: expect.stringContaining("no telephone gets in") as string },
    ]);
    expect(
      bad(judgeDrachtio({ ...facts, listeners: ["udp/10.0.0.4:5060", "wss/10.0.0.4:443"] }, undefined)),
    ).toMatchObject([
      { outcome: "warning", saw: expect.stringContaining("only this network reaches that") as string },
    ]);
  });
});

describe("FreeSWITCH", () => {
  // As FreeSWITCH 1.11 says it.
  const status =
    "UP 0 years\nFreeSWITCH (Version 1.11.3) is ready\n15 session(s) since startup\n2 session(s) - peak 3, last 5min 3 \n0 session(s) per Sec out of max 200, peak 0\n2000 session(s) max\n";
  const profile =
    "Name             \tdrachtio_mrf\nRTP-IP           \t10.0.0.4\nExt-RTP-IP       \t198.51.100.7\n";
  const good = {
    where: "media:8021",
    version: "1.11.3",
    profile: readProfile(profile),
    missingModules: [],
    codecs: [
      "codec,OPUS (STANDARD),mod_opus",
      "codec,G.722,mod_spandsp",
      "codec,G.711 alaw,X",
      "codec,G.711 ulaw,X",
    ],
    ...readStatus(status),
    rtpPorts: [20_000, 29_998] as [number, number],
  };

  it("is read as it speaks", () => {
    expect(good).toMatchObject({ maxSessions: 2_000, currentSessions: 2 });
    expect(good.profile).toEqual({ rtpAddress: "10.0.0.4", externalRtpAddress: "198.51.100.7" });
    expect(readProfile("Invalid Profile!\n")).toBeNull();
    expect(neededModules).toContain("mod_opus");
  });

  it("must have the profile, modules, codecs, room and an address", () => {
    const advice = (change: Partial<typeof good>, external?: string) =>
      bad(judgeFreeswitch({ ...good, ...change }, external)).map(({ name }) =>
        name.replace("FreeSWITCH media:8021: ", ""),
      );
    expect(advice({})).toEqual([]);
    expect(advice({ profile: null })).toEqual(["SIP profile"]);
    expect(advice({ codecs: good.codecs.slice(1) })).toEqual(["codecs"]);
    expect(advice({ rtpPorts: [20_000, 20_198] })).toEqual(["RTP ports"]);
    expect(advice({ currentSessions: 1_900 })).toEqual(["channels"]);
    expect(advice({}, "203.0.113.1")).toEqual(["address for media"]);
    expect(advice({ profile: { rtpAddress: "10.0.0.4", externalRtpAddress: null } })).toEqual([
      "address for media",
    ]);
  });
});

describe("the network", () => {
  it("knows which addresses the world can't reach", () => {
    for (const address of [
      "10.1.2.3",
      "172.31.0.1",
      "192.168.1.1",
      "100.64.1.1",
      "127.0.0.1",
      "fd00::1",
      "::1",
    ])
      expect(isPrivate(address), address).toBe(true);
    for (const address of ["172.32.0.1", "8.8.8.8", "2001:db8::1", "example.com"])
      expect(isPrivate(address), address).toBe(false);
  });

  it("says which port another program has, and which ours has lost", () => {
    const port = (busy: boolean | null, number = 5_060) => [
      { what: "SIP", protocol: "udp" as const, port: number, variable: "RINGDOWN_SIP_PORT", busy },
    ];
    expect(judgePorts(port(true), false)).toMatchObject([
      { outcome: "problem", saw: "Another program uses 5060/udp" },
    ]);
    expect(judgePorts(port(true), true)).toMatchObject([{ outcome: "ok" }]);
    expect(judgePorts(port(false), true)).toMatchObject([{ outcome: "problem" }]);
    expect(judgePorts(port(null), false)).toMatchObject([{ outcome: "not applicable" }]);
    expect(judgePorts(port(false, 0), true)).toMatchObject([{ outcome: "ok" }]);
  });

  it("reads who listens as Linux tells it", () => {
    const tcp = `  sl  local_address rem_address   st
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000
   1: 0100007F:ABCD 0100007F:1F90 01 00000000:00000000
`;
    expect(readListeners(tcp, "tcp")).toEqual(new Set([8_080]));
    expect(readListeners(tcp.replace("0A", "07").replace("1F90", "13C4"), "udp")).toEqual(new Set([5_060]));
  });

  it("weighs the range of RTP against channels and the system's own ports", () => {
    expect(judgeRtpRange([20_000, 20_999], 60, [32_768, 60_999]).outcome).toBe("ok");
    expect(judgeRtpRange([20_000, 20_099], 60, null)).toMatchObject({
      advice: "Widen RINGDOWN_RTP_PORTS, or lower RINGDOWN_MAX_CALLS to 50",
    });
    expect(judgeRtpRange([40_000, 40_999], 60, [32_768, 60_999]).outcome).toBe("warning");
  });

  it("finds NAT by what others see", () => {
    const nat = (external: string | undefined, seen: string[], own = ["10.0.0.4"], realServers = false) => {
      const seenAs = seen.map((address) => ({ server: "stun:s", address }));
      return judgeNat({ ownAddresses: own, external, realServers, seenAs })[0];
    };
    expect(nat(undefined, [])).toMatchObject({ outcome: "warning" });
    expect(nat(undefined, ["203.0.113.1"])).toMatchObject({
      outcome: "problem",
      advice: "Set RINGDOWN_EXTERNAL_ADDRESS to 203.0.113.1",
    });
    // drachtio and FreeSWITCH may tell callers that address already.
    expect(nat(undefined, ["203.0.113.1"], ["10.0.0.4"], true)).toMatchObject({ outcome: "warning" });
    expect(nat("203.0.113.1", ["203.0.113.1"])).toMatchObject({ outcome: "ok" });
    expect(nat("203.0.113.2", ["203.0.113.1"])).toMatchObject({ outcome: "problem" });
    expect(nat(undefined, ["203.0.113.1"], ["203.0.113.1"])).toMatchObject({ outcome: "ok" });
  });
});

describe("certificates and clocks", () => {
  const now = Date.parse("2026-11-30T00:00:00Z");
  const good = {
    ...{
      what: "the public URL",
      host: "calls.example.com",
      subject: "CN=calls.example.com",
      names: "calls.example.com",
    },
    ...{ isForHost: true, chainProblem: null, validFrom: now - 1e9, validTo: now + 60 * 86_400_000 },
  };

  it.each([
    [{}, "ok", "60 days"],
    [{ validTo: now + 5 * 86_400_000 }, "warning", "5 days"],
    [{ validTo: now - 1 }, "problem", "expired on 2026-11-29"],
    [{ validFrom: now + 1e9 }, "problem", "is valid from"],
    [
      { isForHost: false, names: "other.example.com" },
      "problem",
      "for other.example.com, not for calls.example.com",
    ],
    [{ chainProblem: "it is signed by itself" }, "problem", "not trusted: it is signed by itself"],
  ])("%j is a certificate that is %s: %s", (change, outcome, saw) => {
    expect(judgeCertificate({ ...good, ...change }, now)).toMatchObject([
      { outcome, saw: expect.stringContaining(saw) as string },
    ]);
  });

  it("clocks may differ by half a second", () => {
    expect(judgeOffset("Redis", 20)).toMatchObject({ outcome: "ok", saw: "Redis agrees within 20 ms" });
    expect(judgeOffset("Redis", -900)).toMatchObject({ outcome: "warning", saw: "Redis is 900 ms behind" });
    expect(judgeOffset("Redis", 90_000)).toMatchObject({ outcome: "problem", saw: "Redis is 90 s ahead" });
    expect(judgeHttpDate("x", "Mon, 30 Nov 2026 00:00:00 GMT", now + 900)).toMatchObject([{ outcome: "ok" }]);
    expect(judgeHttpDate("x", "Mon, 30 Nov 2026 00:01:00 GMT", now)).toMatchObject([{ outcome: "problem" }]);
    expect(judgeHttpDate("x", null, now)).toEqual([]);
  });
});

describe("what is printed", () => {
  it("fits into 80 columns, has colours only when asked, and ends with a sum", () => {
    const findings = [
      problem("postgres", `PostgreSQL ${"word ".repeat(30)}`.trim(), "Do this and that ".repeat(8).trim()),
      ...judgeFileLimit(1_024),
      judgeNode("v24.0.0"),
    ];
    const text = renderFindings(findings, { width: 80, colours: false });
    expect(text.split("\n").every((line) => line.length <= 80)).toBe(true);
    expect(text).not.toContain("\u001b");
    expect(text).toMatch(/^PROBLEM {2}postgres: PostgreSQL word/);
    expect(text).toContain("\n1 problem, 1 warning, 1 ok, 0 not applicable\n");
    expect(renderFindings(findings, { width: 80, colours: true })).toContain(
      "\u001b[31;1mPROBLEM  \u001b[0m",
    );
    expect(worstOf(findings)).toBe("problem");
    expect(worstOf([])).toBe("not applicable");
  });

  it("has no secret in it", () => {
    const finding = problem("x", "auth failed for hunter22", "not hunter22 again");
    expect(hideSecrets(finding, ["hunter22", "x"])).toMatchObject({
      saw: "auth failed for [secret]",
      advice: "not [secret] again",
    });
    expect(outcomes([finding])).toEqual({ x: "problem" });
  });
});
