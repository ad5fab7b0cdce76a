import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { MediaServerLoad } from "./choose-media-server.ts";
import { chooseMediaServer, hasRoom, sessionsOn, takesCalls } from "./choose-media-server.ts";

function server(name: string, change: Partial<MediaServerLoad> = {}): MediaServerLoad {
  return {
    ...{ name, isUp: true, isDraining: false, isPaused: false, hasJustRefused: false, ourChannels: 0 },
    told: { sessions: 0, ourChannels: 0, maxSessions: 100 },
    ...change,
  };
}

const anyServer: fc.Arbitrary<Omit<MediaServerLoad, "name">> = fc.record({
  isUp: fc.boolean(),
  isDraining: fc.boolean(),
  isPaused: fc.boolean(),
  hasJustRefused: fc.boolean(),
  ourChannels: fc.nat(50),
  told: fc.option(
    fc.record({
      sessions: fc.nat(120),
      ourChannels: fc.nat(50),
      maxSessions: fc.constantFrom(0, 10, 50, 100),
    }),
  ),
});
const anyServers = fc
  .array(anyServer, { maxLength: 6 })
  .map((servers) => servers.map((each, i): MediaServerLoad => ({ ...each, name: `server-${i}` })));

describe("the choice of a media server", () => {
  it("never falls on one that is down, draining, paused, full or excepted, and on somebody if anybody can", () => {
    fc.assert(
      fc.property(anyServers, fc.nat(), fc.nat(5), (servers, turn, excepted) => {
        const except = new Set([`server-${excepted}`]);
        const able = servers.filter((each) => takesCalls(each) && hasRoom(each) && !except.has(each.name));
        const chosen = chooseMediaServer(servers, turn, except);
        if (chosen === null) expect(able).toEqual([]);
        else expect(able.map(({ name }) => name)).toContain(chosen);
      }),
    );
  });

  it("falls on nobody who is fuller than another that takes calls as willingly", () => {
    const loadOf = (each: MediaServerLoad) => sessionsOn(each) / (each.told?.maxSessions || 1_000);
    fc.assert(
      fc.property(anyServers, fc.nat(), (servers, turn) => {
        const chosen = servers.find(({ name }) => name === chooseMediaServer(servers, turn));
        if (!chosen) return;
        for (const other of servers) {
          if (!takesCalls(other) || !hasRoom(other) || other.hasJustRefused) continue;
          expect(chosen.hasJustRefused).toBe(false);
          expect(loadOf(chosen)).toBeLessThanOrEqual(loadOf(other));
        }
      }),
    );
  });

  it("fills servers of different size evenly, one channel at a time", () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(20, 40, 80), { minLength: 1, maxLength: 5 }),
        fc.nat(100),
        (sizes, calls) => {
          const servers = sizes.map((maxSessions, i) =>
            server(`server-${i}`, { told: { sessions: 0, ourChannels: 0, maxSessions } }),
          );
          for (let turn = 0; turn < calls; turn++) {
            const chosen = chooseMediaServer(servers, turn);
            const found = servers.find(({ name }) => name === chosen);
            if (found) found.ourChannels++;
          }
          const loads = servers.map(({ ourChannels }, i) => ourChannels / (sizes[i] ?? 1));
          expect(Math.max(...loads) - Math.min(...loads)).toBeLessThanOrEqual(1 / 20 + 1e-9);
        },
      ),
    );
  });

  it("lets equal servers take turns", () => {
    const servers = [server("a"), server("b"), server("c")];
    expect([0, 1, 2, 3].map((turn) => chooseMediaServer(servers, turn))).toEqual(["a", "b", "c", "a"]);
  });

  it("counts others' sessions by what the server told, and ours as they are now", () => {
    const busy = server("a", { ourChannels: 3, told: { sessions: 12, ourChannels: 10, maxSessions: 100 } });
    expect(sessionsOn(busy)).toBe(5);
    expect(chooseMediaServer([busy, server("b", { ourChannels: 6 })], 0)).toBe("a");
  });

  it("goes to one that has just refused only when nobody else is there", () => {
    const refused = server("a", { hasJustRefused: true });
    expect(chooseMediaServer([refused, server("b", { ourChannels: 90 })], 0)).toBe("b");
    expect(chooseMediaServer([refused, server("b", { isDraining: true })], 0)).toBe("a");
  });
});
