import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { waitFor } from "../tests/rig/wait-for.ts";
import type { Effect } from "./core/effect.ts";
import type { LogEntry } from "./core/event.ts";
import type { Batch, EventLog, StoredEntry } from "./event-log.ts";

/** A store that several nodes reach, for one test. */
export interface LogWorld {
  /** Another node's log of the same store. */
  connect(): Promise<EventLog>;
  close(): Promise<void>;
}

/** What every event log does, whatever it is made of. */
export function describeEventLog(name: string, open: () => Promise<LogWorld>): void {
  describe(name, () => {
    let world: LogWorld;
    let log: EventLog;
    beforeEach(async () => {
      world = await open();
      log = await world.connect();
    });
    afterEach(async () => {
      await world.close();
    });

    describe("lines", () => {
      it("come in the order of the calls, at positions without holes, to followers early and late", async () => {
        const early = hearEntries(log, 0);
        const calls = [1, 2, 3].map((line) => log.append(entryOf("s", line)));
        await Promise.all(calls);
        const late = hearEntries(await world.connect(), 1);
        await waitFor("three lines", () => early.length === 3 && late.length === 2);
        expect(early.map(({ position, entry }) => [position, entry.line])).toEqual([
          [1, 1],
          [2, 2],
          [3, 3],
        ]);
        expect(late.map(({ position }) => position)).toEqual([2, 3]);
      });

      it("of several nodes have one order, the same for all, and each node's own order within it", async () => {
        const other = await world.connect();
        const heard = hearEntries(log, 0);
        const heardByOther = hearEntries(other, 0);
        const lines = Array.from({ length: 50 }, (_, index) => index + 1);
        await Promise.all(
          lines.flatMap((line) => [log.append(entryOf("a", line)), other.append(entryOf("b", line))]),
        );
        await waitFor("all lines", () => heard.length === 100 && heardByOther.length === 100);
        expect(heardByOther).toEqual(heard);
        for (const session of ["a", "b"]) {
          const own = heard.filter(({ entry }) => entry.session === session);
          expect(own.map(({ entry }) => entry.line)).toEqual(lines);
        }
      });

      it("are the same after the way there and back, whatever is in them", async () => {
        const heard = hearEntries(log, 0);
        const entry: LogEntry = {
          session: 'a "node"\n\u0000',
          line: 1,
          at: 1_800_000_000_000.5,
          event: { type: "cancelled", interactionId: "漢字 😀", cause: "line\r\n$5" },
        };
        await log.append(entry);
        await waitFor("the line", () => heard.length === 1);
        expect(heard[0]?.entry).toEqual(entry);
      });

      it("are heard no more once the follower has stopped", async () => {
        const heard: StoredEntry[] = [];
        const stop = log.followEntries(0, (entries) => heard.push(...entries), failOnGap);
        stop();
        const other = hearEntries(log, 0);
        await log.append(entryOf("s", 1));
        await waitFor("the line", () => other.length === 1);
        expect(heard).toEqual([]);
      });
    });

    describe("the lease", () => {
      it("has one holder, who keeps the epoch while renewing", async () => {
        const first = await log.lead("a", 60_000);
        expect(first?.epoch).toBeGreaterThan(0);
        expect(await log.lead("b", 60_000)).toBeNull();
        expect(await log.lead("a", 60_000)).toEqual(first);
      });

      it("goes to the next, with a higher epoch, when it is over", async () => {
        const first = await log.lead("a", 20);
        await waitFor("the lease to end", async () => (await log.lead("b", 60_000)) !== null);
        const second = await log.lead("b", 60_000);
        expect(second?.epoch).toBeGreaterThan(first?.epoch ?? Infinity);
        expect(await log.lead("a", 60_000)).toBeNull();
      });

      it("passes at once to the next session of the node that holds it", async () => {
        const first = await log.lead("node/1", 60_000);
        expect(await log.lead("nod/2", 60_000)).toBeNull();
        const second = await log.lead("node/2", 60_000);
        expect(second?.epoch).toBeGreaterThan(first?.epoch ?? Infinity);
        expect(await log.lead("node/2", 60_000)).toEqual(second);
      });

      it("is free at once when its holder resigns, and nobody else can resign it", async () => {
        const first = await log.lead("a", 60_000);
        await log.resign("b");
        expect(await log.lead("b", 60_000)).toBeNull();
        await log.resign("a");
        const second = await log.lead("b", 60_000);
        expect(second?.epoch).toBeGreaterThan(first?.epoch ?? Infinity);
      });
    });

    describe("effects", () => {
      it("become final with the position, and everybody hears them once and in order", async () => {
        const other = await world.connect();
        const batches = hearBatches(log, 0);
        const batchesOfOther = hearBatches(other, 0);
        const epoch = await lead(log, "a");
        expect(await log.commit(batchOf(epoch, 0, 2))).toBe("committed");
        expect(await log.commit(batchOf(epoch, 2, 3))).toBe("committed");
        await waitFor("both batches", () => batches.length === 2 && batchesOfOther.length === 2);
        expect(batches).toEqual([batchOf(epoch, 0, 2), batchOf(epoch, 2, 3)]);
        expect(batchesOfOther).toEqual(batches);
        expect((await other.read()).committed).toBe(3);
      });

      it("of the same batch again are no harm and are not heard again", async () => {
        const batches = hearBatches(log, 0);
        const epoch = await lead(log, "a");
        await log.commit(batchOf(epoch, 0, 1));
        expect(await log.commit(batchOf(epoch, 0, 1))).toBe("committed");
        await log.commit(batchOf(epoch, 1, 2));
        await waitFor("both batches", () => batches.length === 2);
        expect(batches.map(({ position }) => position)).toEqual([1, 2]);
      });

      it("of a router whose epoch is over are rejected", async () => {
        const epoch = await lead(log, "a");
        await log.resign("a");
        const next = await lead(log, "b");
        expect(await log.commit(batchOf(epoch, 0, 1))).toBe("stale");
        expect((await log.read()).committed).toBe(0);
        expect(await log.commit(batchOf(next, 0, 1))).toBe("committed");
      });

      it("that do not follow on the last position are rejected", async () => {
        const epoch = await lead(log, "a");
        await log.commit(batchOf(epoch, 0, 1));
        expect(await log.commit(batchOf(epoch, 2, 3))).toBe("stale");
        expect(await log.commit(batchOf(epoch, 0, 2))).toBe("stale");
      });
    });

    describe("snapshots", () => {
      it("are read by those who come later, and tell whom they leave behind", async () => {
        for (const line of [1, 2, 3]) await log.append(entryOf("s", line));
        const epoch = await lead(log, "a");
        await log.commit(batchOf(epoch, 0, 2));
        expect(await log.saveSnapshot(epoch, { position: 2, text: "the board" })).toBe(true);
        const { snapshot, committed } = await log.read();
        expect({ snapshot, committed }).toEqual({
          snapshot: { position: 2, text: "the board" },
          committed: 2,
        });
        const heard = hearEntries(log, 2);
        const gap = new Promise<void>((resolve) => {
          log.followEntries(0, () => undefined, resolve);
        });
        await gap;
        await waitFor("what came after", () => heard.length === 1);
        expect(heard[0]?.position).toBe(3);
      });

      it("of a router whose epoch is over are refused", async () => {
        const epoch = await lead(log, "a");
        await log.resign("a");
        await lead(log, "b");
        expect(await log.saveSnapshot(epoch, { position: 0, text: "old" })).toBe(false);
        expect((await log.read()).snapshot).toBeNull();
      });
    });

    it("knows which sessions are silent", async () => {
      await log.heartbeat("a", 60_000);
      await log.heartbeat("b", 20);
      await waitFor("b to fall silent", async () => (await log.silentOf(["a", "b"])).includes("b"));
      expect(await log.silentOf(["a", "b", "never"])).toEqual(["b", "never"]);
    });

    it("refuses with a Failure once it is closed, and closes twice", async () => {
      await log.close();
      await log.close();
      await expect(log.append(entryOf("s", 1))).rejects.toMatchObject({ code: "unavailable" });
      await expect(log.read()).rejects.toMatchObject({ code: "unavailable" });
      await expect(log.lead("a", 1_000)).rejects.toMatchObject({ code: "unavailable" });
    });
  });
}

export function entryOf(session: string, line: number): LogEntry {
  return { session, line, at: 1_800_000_000_000 + line, event: { type: "tick" } };
}

export function batchOf(epoch: number, after: number, position: number): Batch {
  const effect: Effect = { type: "reply", session: "s", line: position, result: "done" };
  return { epoch, after, position, outcomes: [{ position, at: 1_800_000_000_000, effects: [effect] }] };
}

export function hearEntries(log: EventLog, after: number): StoredEntry[] {
  const heard: StoredEntry[] = [];
  log.followEntries(after, (entries) => heard.push(...entries), failOnGap);
  return heard;
}

function hearBatches(log: EventLog, after: number): Batch[] {
  const heard: Batch[] = [];
  log.followBatches(after, (batch) => heard.push(batch), failOnGap);
  return heard;
}

function failOnGap(): void {
  throw new Error("There is a gap in the log");
}

export async function lead(log: EventLog, session: string): Promise<number> {
  const lease = await log.lead(session, 60_000);
  if (!lease) throw new Error(`${session} did not get the lease`);
  return lease.epoch;
}
