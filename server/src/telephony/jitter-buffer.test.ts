import { describe, expect, it } from "vitest";
import { createManualClock } from "../base/clock.manual.ts";
import { countLines } from "../base/counted-log.ts";
import { openLog } from "../base/log.ts";
import { bufferJitter } from "./jitter-buffer.ts";

const settle = () => new Promise((resolve) => setImmediate(resolve));

function bridge({ hasIce, refuses = false }: { hasIce: boolean; refuses?: boolean }) {
  const clock = createManualClock(0);
  const log = countLines(openLog("silent"));
  const ending = new AbortController();
  const told: string[] = [];
  const channel = {
    uuid: "c1",
    isGone: false,
    api: (command: string, [uuid, depth]: string[]) => {
      told.push(`${clock.now()} ${command} ${uuid} ${depth}`);
      return refuses ? Promise.reject(new Error("-ERR")) : Promise.resolve("+OK");
    },
  };
  bufferJitter(channel, { clock, log, signal: ending.signal, hasIce });
  const pass = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += 100) {
      await settle();
      clock.advance(100);
    }
    await settle();
  };
  return { told, pass, channel, end: () => ending.abort(), log };
}

describe("the jitter buffer of a bridged channel", () => {
  it("is filled with 60 ms, and is then content with 20", async () => {
    const { told, pass } = bridge({ hasIce: false });
    await pass(60_000);
    expect(told).toEqual(["0 uuid_jitterbuffer c1 60:300", "500 uuid_jitterbuffer c1 20:300"]);
  });

  it("is trimmed every five seconds where ICE makes FreeSWITCH lose ticks", async () => {
    const { told, pass } = bridge({ hasIce: true });
    await pass(11_000);
    expect(told.slice(2)).toEqual([
      "5500 uuid_jitterbuffer c1 20:40",
      "5600 uuid_jitterbuffer c1 20:300",
      "10600 uuid_jitterbuffer c1 20:40",
      "10700 uuid_jitterbuffer c1 20:300",
    ]);
  });

  it("is left alone when the bridge has ended, and is never left tight", async () => {
    const { told, pass, end } = bridge({ hasIce: true });
    await pass(5_500);
    end();
    await pass(60_000);
    expect(told.slice(2)).toEqual(["5500 uuid_jitterbuffer c1 20:40", "5500 uuid_jitterbuffer c1 20:300"]);
  });

  it("is left alone when the channel is gone", async () => {
    const { told, pass, channel, log } = bridge({ hasIce: true });
    await pass(1_000);
    channel.isGone = true;
    await pass(60_000);
    expect(told).toHaveLength(2);
    expect(log.counts.warn).toBe(0);
  });

  it("that the media server refuses is warned of once, and the talk goes on", async () => {
    const { told, pass, log } = bridge({ hasIce: true, refuses: true });
    await pass(60_000);
    expect(told).toHaveLength(1);
    expect(log.counts.warn).toBe(1);
  });
});
