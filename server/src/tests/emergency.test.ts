import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openAdmin, openSecretBox } from "../admin/admin.ts";
import { systemClock } from "../base/clock.ts";
import { openLog } from "../base/log.ts";
import * as contract from "../contract/emergency.ts";
import { openPrompts, validateFlow } from "../ivr/ivr.ts";
import { listAudit } from "../contract/people.ts";
import { startOffice, type OfficeRig } from "./office-rig.ts";
import { ApiError, type ApiClient } from "./system/api-client.ts";

let office: OfficeRig;
let supervisor: ApiClient;
const nowhere = "00000000-0000-4000-8000-000000000000";
const closed = {
  name: "Fire alarm",
  mode: "closed",
  prompts: { en: [{ prompt: "emergency-evacuation" }], zh: [{ prompt: "emergency-evacuation" }] },
  ending: { kind: "hang-up" },
  waiting: "leave",
  scope: { kind: "all" },
} as const;
const refusal = (error: unknown) => (error instanceof ApiError ? error.message : String(error));
const put = (emergency: object | null, client = supervisor) =>
  client.call(contract.switchEmergency, { body: { emergency } });

beforeAll(async () => {
  office = await startOffice({ demo: true });
  supervisor = await office.signUp("sam", "supervisor");
});
afterAll(() => office.close());

describe("the emergency switch", () => {
  it("is thrown by a supervisor, told at once, seen by agents, audited, and off again", async () => {
    const told: string[] = [];
    const stop = office.admin.changes.on((change) => told.push(change.what));
    const agent = await office.signUp("ann.other", "agent");
    expect(await put(closed, agent).catch(refusal)).toContain("403");
    const { emergency } = await put(closed);
    expect(emergency).toMatchObject({ name: "Fire alarm", by: { name: "sam" }, until: null });
    expect(told).toContain("emergency");
    expect(office.admin.directory.emergency()).toEqual(emergency);
    const seen = await agent.call(contract.readEmergency);
    expect(seen.emergency).toEqual(emergency);
    expect(seen.heard.en).toContain("Our building is being evacuated");
    expect(seen.heard.zh).toContain("紧急疏散");

    const changed = await put({ ...closed, waiting: "stay" }, office.administrator);
    expect(changed.emergency).toMatchObject({ since: emergency?.since, by: { name: "sam" } });
    expect(await put(null)).toEqual({ emergency: null });
    expect(await agent.call(contract.readEmergency)).toEqual({ emergency: null, heard: {} });
    const { entries } = await office.administrator.call(listAudit, { query: { limit: 10 } });
    const actions = entries.map(({ action }) => action).filter((action) => action.startsWith("emergency"));
    expect(actions).toEqual([
      "emergency.switched-off",
      "emergency.switched-changed",
      "emergency.switched-on",
    ]);
    stop();
  });

  it("survives a restart, and is off by itself when its time has come", async () => {
    await put({ ...closed, forMs: 60_000 });
    const log = openLog("silent");
    const later = { ...systemClock, now: () => systemClock.now() + 61_000 };
    const again = await openAdmin({
      ...{ postgres: office.database.postgres, clock: later, log, realm: "ringdown.test", validateFlow },
      prompts: openPrompts({ uploadsDirectory: "unused" }),
      secrets: openSecretBox(randomBytes(32)),
    });
    const state = again.directory.emergency();
    expect(state).toMatchObject({ name: "Fire alarm" });
    expect(contract.isEmergencyOn(state, systemClock.now())).toBe(true);
    expect(contract.isEmergencyOn(state, later.now())).toBe(false);
    await again.close();
    await put(null);
  });

  it.each([
    [{ prompts: { en: [{ prompt: "no-such-prompt" }] } }, "There is no prompt no-such-prompt"],
    [{ prompts: { en: [{ upload: nowhere }] } }, `There is no prompt ${nowhere}`],
    [{ prompts: { en: [] } }, "callers must hear something"],
    [{ ending: { kind: "voicemail", queueId: nowhere } }, "There is no such queue"],
    [{ ending: { kind: "flow", flowId: nowhere } }, "There is no such flow"],
    [{ scope: { kind: "numbers", numberIds: [nowhere] } }, "One of these numbers does not exist"],
    [{ scope: { kind: "queues", queueIds: [nowhere] } }, "One of these queues does not exist"],
  ])("is refused with %j", async (part, sentence) => {
    expect(await put({ ...closed, ...part }).catch(refusal)).toContain(sentence);
    expect((await supervisor.call(contract.readEmergency)).emergency).toBeNull();
  });
});

describe("prepared messages", () => {
  it("are shipped, made, changed and removed by administrators, with names of their own", async () => {
    const { presets } = await supervisor.call(contract.listEmergencyPresets);
    expect(presets.map(({ name }) => name)).toEqual(["Fire alarm", "Storm", "System down"]);
    const { scope: _, ...message } = closed;
    const body = { ...message, name: "Flood" };
    const { administrator } = office;
    expect(await supervisor.call(contract.createEmergencyPreset, { body }).catch(refusal)).toContain("403");
    const made = await administrator.call(contract.createEmergencyPreset, { body });
    const twice = await administrator.call(contract.createEmergencyPreset, { body }).catch(refusal);
    expect(twice).toContain("There is a prepared message Flood already");
    const params = { presetId: made.id };
    const changed = { ...body, mode: "message", ending: { kind: "hang-up" } } as const;
    await administrator.call(contract.updateEmergencyPreset, { params, body: changed });
    const list = await supervisor.call(contract.listEmergencyPresets);
    expect(list.presets.find(({ id }) => id === made.id)).toEqual({ id: made.id, ...changed });
    await administrator.call(contract.deleteEmergencyPreset, { params });
    const gone = administrator.call(contract.deleteEmergencyPreset, { params });
    expect(await gone.catch(refusal)).toContain("There is no prepared message");
  });
});
