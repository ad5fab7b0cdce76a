import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ConfigError, readConfig, variableNames } from "./config.ts";

describe("configuration", () => {
  it("needs nothing: the embedded default", () => {
    const config = readConfig({});
    expect(config.servers).toBeUndefined();
    expect(config.http).toMatchObject({ host: "127.0.0.1", port: 8080 });
    expect(config.demo).toBe(true);
  });

  it("lists everything that is wrong at once, by variable", () => {
    const read = () =>
      readConfig({
        RINGDOWN_HTTP_PORT: "eighty",
        RINGDOWN_DEMO: "perhaps",
        RINGDOWN_RTP_PORTS: "9-8",
        DRACHTIO_HOST: "sip.example",
      });
    expect(read).toThrow(ConfigError);
    try {
      read();
    } catch (error) {
      const text = (error as ConfigError).message;
      for (const name of ["RINGDOWN_HTTP_PORT", "RINGDOWN_DEMO", "RINGDOWN_RTP_PORTS"])
        expect(text).toContain(`${name}: `);
    }
  });

  it("has a metrics endpoint only with a port, on loopback unless told otherwise", () => {
    expect(readConfig({ RINGDOWN_METRICS_HOST: "0.0.0.0" }).metrics).toBeUndefined();
    expect(readConfig({ RINGDOWN_METRICS_PORT: "9464" }).metrics).toEqual({ host: "127.0.0.1", port: 9464 });
  });

  it("refuses URLs of STUN and TURN servers that a browser would throw at", () => {
    const turn = (urls: string) =>
      readConfig({ RINGDOWN_TURN_URLS: urls, RINGDOWN_TURN_SECRET: "s" }).turn?.urls;
    const good = ["turn:relay.example:3478?transport=tcp", "turns:192.0.2.7", "turn:[2001:db8::7]:443"];
    expect(turn(good.join(", "))).toEqual(good);
    for (const bad of [
      "relay.example:3478",
      "turn://relay.example",
      "turn:relay?transport=tls",
      "stun:relay",
    ])
      expect(() => turn(bad)).toThrow(/RINGDOWN_TURN_URLS\.0: URLs like turn:/);
    expect(readConfig({ RINGDOWN_ICE_SERVERS: "stun:one:3478" }).iceServers).toEqual(["stun:one:3478"]);
    expect(() => readConfig({ RINGDOWN_ICE_SERVERS: "turn:one" })).toThrow(/relays go to RINGDOWN_TURN_URLS/);
  });

  it("refuses half of the real servers", () => {
    expect(() => readConfig({ DRACHTIO_HOST: "sip.example", DRACHTIO_SECRET: "x" })).toThrow(
      /FREESWITCH_HOST: needed.*\n.*FREESWITCH_SECRET: needed/,
    );
  });

  it("takes an empty variable as not set", () => {
    expect(readConfig({ RINGDOWN_HTTP_PORT: "" }).http.port).toBe(8080);
  });

  it("is described in .env.example, every variable of it and nothing else", () => {
    const example = readFileSync(new URL("../../.env.example", import.meta.url), "utf8");
    const described = [...example.matchAll(/^#?\s?([A-Z][A-Z0-9_]+)=/gm)].map((match) => match[1]);
    expect(described.sort()).toEqual([...variableNames].sort());
  });
});
