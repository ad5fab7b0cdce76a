import { describe, expect, it } from "vitest";
import type { Emergency } from "../../contract/emergency.ts";
import { validateFlow } from "../../ivr/ivr.ts";
import { concerns, emergencyFlow, sendsAway } from "./emergency-flow.ts";

const queueId = "00000000-0000-4000-8000-00000000000a";
const numberId = "00000000-0000-4000-8000-00000000000b";
const other = "00000000-0000-4000-8000-00000000000c";
const fire: Emergency = {
  mode: "closed",
  prompts: { en: [{ prompt: "emergency-evacuation" }], zh: [{ prompt: "emergency-evacuation" }] },
  ending: { kind: "hang-up" },
  waiting: "leave",
  scope: { kind: "all" },
  name: "Fire alarm",
  note: "",
  since: 1_000,
  until: null,
  by: { id: other, name: "Sam" },
};
const context = {
  queueIds: new Set([queueId]),
  uploadIds: new Set<string>(),
  scheduleIds: new Set<string>(),
  skills: [],
};

describe("the emergency's flow", () => {
  it.each([
    { kind: "hang-up" },
    { kind: "voicemail", queueId },
    { kind: "number", number: "+4930123" },
    { kind: "flow", flowId: other },
  ] as const)("makes sense when callers then go to $kind", (ending) => {
    for (const mode of ["closed", "message"] as const) {
      const flow = emergencyFlow({ ...fire, mode, ending }, { chosen: null, first: "zh" });
      expect(validateFlow(flow, context)).toEqual([]);
      const goesOn = flow.nodes["ending"] !== undefined;
      expect(goesOn).toBe(mode === "closed" && (ending.kind === "voicemail" || ending.kind === "number"));
    }
  });

  it("is said in every language to who has not chosen one, and else in theirs if there is a message in it", () => {
    const said = (emergency: Emergency, chosen: "en" | "zh" | null) => {
      const node = emergencyFlow(emergency, { chosen, first: "zh" }).nodes["message"];
      return node?.kind === "play" ? node.prompts.map((ref) => ref.language) : [];
    };
    expect(said(fire, null)).toEqual(["zh", "en"]);
    expect(said(fire, "en")).toEqual(["en"]);
    expect(said({ ...fire, prompts: { zh: [{ prompt: "goodbye" }] } }, "en")).toEqual(["zh"]);
  });
});

describe("the emergency concerns", () => {
  it("everybody, the numbers or the queues that it names", () => {
    const numbers: Emergency = { ...fire, scope: { kind: "numbers", numberIds: [numberId] } };
    const queues: Emergency = { ...fire, scope: { kind: "queues", queueIds: [queueId] } };
    expect(concerns(fire, { numberId: other, queueId: null })).toBe(true);
    expect(concerns(numbers, { numberId, queueId: null })).toBe(true);
    expect(concerns(numbers, { numberId: other, queueId })).toBe(false);
    expect(concerns(queues, { numberId, queueId: null })).toBe(false);
    expect(concerns(queues, { numberId, queueId })).toBe(true);
  });

  it("those who wait only when they are to leave, it is closed and has not ended by itself", () => {
    const place = { numberId, queueId };
    expect(sendsAway(fire, place, 2_000)).toBe(true);
    expect(sendsAway({ ...fire, waiting: "stay" }, place, 2_000)).toBe(false);
    expect(sendsAway({ ...fire, mode: "message" }, place, 2_000)).toBe(false);
    expect(sendsAway({ ...fire, until: 2_000 }, place, 2_000)).toBe(false);
    expect(sendsAway(null, place, 2_000)).toBe(false);
  });
});
