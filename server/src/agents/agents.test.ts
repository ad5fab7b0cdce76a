import { describe, expect, it } from "vitest";
import { createManualClock } from "../base/clock.manual.ts";
import { Failure } from "../base/failure.ts";
import { type AgentStanding, openAgents, type StatusStore } from "./agents.ts";

const anna = "00000000-0000-4000-8000-000000000001";
const lunch = "00000000-0000-4000-8000-00000000000a";

function memoryStore(rows: Awaited<ReturnType<StatusStore["load"]>> = []) {
  const saved: unknown[][] = [];
  const store: StatusStore = {
    load: () => Promise.resolve(rows),
    save: (...row) => {
      saved.push(row);
      return Promise.resolve();
    },
  };
  return { store, saved };
}

async function open(rows?: Awaited<ReturnType<StatusStore["load"]>>) {
  const clock = createManualClock(1_000_000);
  const { store, saved } = memoryStore(rows);
  const agents = await openAgents(clock, store);
  const heard: AgentStanding[] = [];
  agents.on((now) => heard.push(now));
  agents.setPerson(anna, true);
  return { clock, agents, saved, heard };
}

describe("agents", () => {
  it("become routable when ready, connected and registered, and not before", async () => {
    const { agents } = await open();
    agents.setConnected(anna, true);
    agents.setStatus(anna, "ready", null);
    expect(agents.standing(anna)).toMatchObject({ state: "unreachable", routable: false });
    agents.setRegistered(anna, true);
    expect(agents.standing(anna)).toMatchObject({ state: "idle", routable: true, cause: "ready" });
  });

  it("are told about once per change, with the time since when", async () => {
    const { agents, heard, clock } = await open();
    agents.setConnected(anna, true);
    const count = heard.length;
    agents.setConnected(anna, true);
    expect(heard).toHaveLength(count);
    clock.advance(5_000);
    agents.setStatus(anna, "not-ready", lunch);
    expect(agents.standing(anna)).toMatchObject({ reason: lunch, stateSince: 1_005_000 });
  });

  it("are not ready with their own reason after a browser stayed away for a minute", async () => {
    const { agents, clock } = await open();
    agents.setConnected(anna, true);
    agents.setStatus(anna, "ready", null);
    agents.setConnected(anna, false);
    expect(agents.standing(anna)).toMatchObject({ state: "offline", status: "ready", routable: false });
    clock.advance(59_000);
    expect(agents.standing(anna)?.status).toBe("ready");
    clock.advance(2_000);
    expect(agents.standing(anna)).toMatchObject({ status: "not-ready", reason: "connection-lost" });
  });

  it("keep their status when a browser comes back in time", async () => {
    const { agents, clock } = await open();
    agents.setConnected(anna, true);
    agents.setStatus(anna, "ready", null);
    agents.setConnected(anna, false);
    clock.advance(30_000);
    agents.setConnected(anna, true);
    clock.advance(120_000);
    expect(agents.standing(anna)?.status).toBe("ready");
  });

  it("remember the status over a restart, and save each change", async () => {
    const { agents, saved } = await open([{ personId: anna, status: "not-ready", reason: lunch }]);
    expect(agents.standing(anna)).toMatchObject({ status: "not-ready", reason: lunch, state: "offline" });
    agents.setStatus(anna, "ready", null);
    expect(saved).toEqual([[anna, "ready", null]]);
  });

  it("are taken out when they did not answer, until they say that they are ready", async () => {
    const { agents } = await open();
    agents.setConnected(anna, true);
    agents.setRegistered(anna, true);
    agents.setStatus(anna, "ready", null);
    agents.takeOut(anna, "not-responding");
    expect(agents.standing(anna)).toMatchObject({ routable: false, cause: "not-responding" });
    agents.setStatus(anna, "ready", null);
    expect(agents.standing(anna)?.routable).toBe(true);
  });

  it("stay at lunch when the router takes them out a moment too late", async () => {
    const { agents } = await open();
    agents.setConnected(anna, true);
    agents.setStatus(anna, "not-ready", lunch);
    agents.takeOut(anna, "not-responding");
    expect(agents.standing(anna)).toMatchObject({ reason: lunch });
  });

  it("lose everything when deactivated", async () => {
    const { agents } = await open();
    agents.setConnected(anna, true);
    agents.setStatus(anna, "ready", null);
    agents.setPerson(anna, false);
    expect(agents.standing(anna)).toMatchObject({
      routable: false,
      cause: "deactivated",
      status: "not-ready",
    });
  });

  it("refuse a status for nobody, and not-ready without a reason", async () => {
    const { agents } = await open();
    expect(() => {
      agents.setStatus("nobody", "ready", null);
    }).toThrow(Failure);
    expect(() => {
      agents.setStatus(anna, "not-ready", null);
    }).toThrow("needs a reason");
  });
});
