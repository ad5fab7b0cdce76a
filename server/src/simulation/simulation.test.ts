import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemClock } from "../base/clock.ts";
import { openLog } from "../base/log.ts";
import type { InputOf } from "../contract/endpoint.ts";
import * as contract from "../contract/simulation.ts";
import type { SimulationJob, SimulationRequest } from "../contract/simulation.ts";
import { openTestDatabase, type TestDatabase } from "../store/test-database.ts";
import { waitFor } from "../tests/rig/wait-for.ts";
import { ids, pastFrom, pastTo, writePast } from "./past.case.ts";
import { openSimulations, type Simulations } from "./simulation.ts";

let database: TestDatabase;
let simulations: Simulations;

beforeAll(async () => {
  database = await openTestDatabase();
  await writePast(database.postgres);
  simulations = openSimulations({
    postgres: database.postgres,
    directory: { queue: (queueId) => (queueId === ids.sales ? {} : null) },
    clock: systemClock,
    log: openLog("silent"),
  });
});
afterAll(async () => {
  await simulations.close();
  await database.close();
});

type Endpoint = (typeof contract)["startSimulation" | "readSimulation" | "cancelSimulation"];

async function call(endpoint: Endpoint, input: Partial<InputOf<Endpoint>>): Promise<unknown> {
  const bound = simulations.endpoints.find((each) => each.endpoint === endpoint);
  if (!bound) throw new Error("The endpoint is not served");
  return await bound.run({ params: {}, query: {}, body: {}, ...input }, {} as never);
}

async function start(request: Partial<SimulationRequest>): Promise<SimulationJob> {
  const proposed = { type: "queues", queues: [{ queueId: ids.sales }] };
  const body = contract.SimulationRequest.parse({ from: pastFrom, to: pastTo, proposed, ...request });
  return (await call(contract.startSimulation, { body })) as SimulationJob;
}

async function read(simulationId: string): Promise<SimulationJob> {
  const job = await call(contract.readSimulation, { params: { simulationId } });
  return contract.SimulationJob.parse(job);
}

async function untilEnded(id: string): Promise<SimulationJob> {
  let job = await read(id);
  await waitFor(
    "the simulation to end",
    async () => {
      job = await read(id);
      return job.state !== "running" && job.state !== "waiting";
    },
    { timeoutMs: 25_000 },
  );
  return job;
}

describe("a simulation of the past, in the server", () => {
  it("comes near to what happened under the settings of now, and shows what the proposal changes", async () => {
    const proposed: SimulationRequest["proposed"] = {
      type: "queues",
      queues: [{ queueId: ids.sales, settings: { maximumWaitMs: 30_000 } }],
    };
    const { result, state, problem } = await untilEnded((await start({ proposed, replications: 2 })).id);
    expect({ state, problem }).toEqual({ state: "done", problem: null });
    if (!result) throw new Error("There is no result");
    const { recorded, current } = result;
    expect(recorded.overall).toMatchObject({ offered: 40, answered: 24, abandoned: 16 });
    expect(current.overall.total.offered.mean).toBe(40);
    expect(Math.abs(current.overall.total.answered.mean - 24)).toBeLessThanOrEqual(3);
    expect(result.proposed.overall.total.longestWaitMs?.mean).toBeLessThanOrEqual(30_000);
    expect(result.proposed.overall.total.flowedOutBy["maximum-wait"]?.mean).toBeGreaterThan(0);
    expect(result.difference.overall.flowedOut.mean).toBeGreaterThan(0);
    expect(result.current.queues[0]?.name).toBe("Sales");
  });

  it("takes a whole document, in which nobody may be left", async () => {
    const document = {
      format: "ringdown-routing/1" as const,
      skills: [],
      schedules: [],
      teams: [],
      queues: [],
      agents: [],
    };
    const { result } = await untilEnded(
      (await start({ proposed: { type: "document", document }, replications: 1 })).id,
    );
    expect(result?.proposed.overall.total.offered.mean).toBe(0);
    expect(result?.basis.remarks.join(" ")).toContain("As proposed: 40 calls are left out");
  });

  it("runs one at a time, cancels on demand, and refuses when too many wait", async () => {
    const first = await start({ replications: 20 });
    const second = await start({});
    expect(second).toMatchObject({ state: "waiting", ahead: 1 });
    await call(contract.cancelSimulation, { params: { simulationId: second.id } });
    expect(await read(second.id)).toMatchObject({ state: "cancelled" });
    await call(contract.cancelSimulation, { params: { simulationId: first.id } });
    expect(await untilEnded(first.id)).toMatchObject({ state: "cancelled", result: null });
    await call(contract.cancelSimulation, { params: { simulationId: first.id } });
    await expect(read(first.id)).rejects.toMatchObject({ code: "not-found" });
    const many = [];
    for (let count = 0; count < 6; count += 1) many.push(await start({ replications: 20 }));
    await expect(start({})).rejects.toMatchObject({ code: "rate-limited" });
    for (const { id } of many) await call(contract.cancelSimulation, { params: { simulationId: id } });
    for (const { id } of many) await untilEnded(id);
  });

  it("refuses what cannot be simulated with a sentence", async () => {
    await expect(start({ from: pastTo, to: pastFrom })).rejects.toMatchObject({ code: "bad-request" });
    await expect(start({ from: pastTo - 40 * 86_400_000 })).rejects.toThrow("at most 31 days");
    const queueId = ids.ann;
    await expect(start({ proposed: { type: "queues", queues: [{ queueId }] } })).rejects.toMatchObject({
      code: "not-found",
      message: `There is no queue ${queueId}`,
    });
  });
});
