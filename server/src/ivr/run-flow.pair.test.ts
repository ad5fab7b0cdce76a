import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { systemClock } from "../base/clock.ts";
import { openStand } from "../telephony/tests/stand.ts";
import type { Stand } from "../telephony/tests/stand.ts";
import type { Call } from "../tests/rig/call.ts";
import { canPlayCaptures, startSipp } from "../tests/rig/sipp.ts";
import { openTelephone } from "../tests/rig/telephone.ts";
import type { Telephone } from "../tests/rig/telephone.ts";
import { loudnessDb } from "../tests/rig/tones.ts";
import { waitFor, within } from "../tests/rig/wait-for.ts";
import { demoFlow, openPrompts, runFlow } from "./ivr.ts";
import type { FlowNote, FlowOutcome } from "./ivr.ts";

let stand: Stand;
const telephones: Telephone[] = [];
const prompts = openPrompts({ uploadsDirectory: "no-such-directory" });
const flow = demoFlow({ salesQueueId: "q-sales", supportQueueId: "q-support" });

beforeAll(async () => {
  stand = await openStand();
});
afterAll(() => stand.close());
afterEach(async () => {
  await Promise.all(telephones.splice(0).map((telephone) => telephone.close()));
});

/** Runs the demo flow on the next call that comes in. */
async function runOnNextCall(): Promise<{ outcome: Promise<FlowOutcome>; notes: FlowNote[] }> {
  const inbound = await stand.nextCall();
  const leg = await inbound.answer();
  const notes: FlowNote[] = [];
  const outcome = runFlow({
    flow,
    prompts,
    port: leg,
    clock: systemClock,
    enqueue: async () => "answered",
    leaveMessage: async () => undefined,
    transfer: async () => "failed",
    isOpen: () => true,
    attributes: async () => ({}),
    on: (note) => notes.push(note),
  });
  return { outcome, notes };
}

/** A caller on the demo flow, over SIP and RTP, through the pair of servers. */
async function callTheFlow(): Promise<{ call: Call; outcome: Promise<FlowOutcome>; notes: FlowNote[] }> {
  const telephone = await openTelephone({ number: "+15550177" });
  telephones.push(telephone);
  const [call, run] = await Promise.all([
    telephone.call({ to: "+15550100", at: stand.pair.udp }),
    runOnNextCall(),
  ]);
  await call.answered();
  return { call, ...run };
}

const isHeard = (call: Call) =>
  waitFor("a prompt to be heard", () => loudnessDb(call.media.heardLately(400)) > -30 || undefined);

describe("a flow on a real channel", () => {
  it("is heard, and a key in the greeting leads through both menus", async () => {
    const { call, outcome, notes } = await callTheFlow();
    await isHeard(call);
    await call.press("21");
    expect(await within("the flow to reach the queue", outcome)).toMatchObject({
      how: "answered",
      node: "sales",
      state: { language: "zh", typedAhead: "" },
    });
    const keys = notes.flatMap((note) => (note.type === "flow.pressed" ? note.digits : []));
    expect(keys.join("")).toBe("21");
  });

  it("takes a key after each prompt, once", async () => {
    const { call, outcome, notes } = await callTheFlow();
    await isHeard(call);
    await call.press("1");
    await waitFor("the first key", () => notes.some((note) => note.type === "flow.pressed"));
    await isHeard(call);
    await call.press("2");
    expect(await within("the flow to reach the queue", outcome)).toMatchObject({ node: "support" });
    expect(notes.filter((note) => note.type === "flow.pressed")).toHaveLength(2);
    expect(notes.some((note) => note.type === "flow.invalid" || note.type === "fault")).toBe(false);
  });

  it("ends at once when the caller hangs up in a prompt", async () => {
    const { call, outcome, notes } = await callTheFlow();
    await isHeard(call);
    await call.hangUp();
    expect(await within("the flow to end", outcome, 2_000)).toMatchObject({ how: "hung-up-by-caller" });
    expect(notes.at(-1)).toMatchObject({ type: "flow.left", cause: "hung-up-by-caller" });
  });

  it.runIf(canPlayCaptures())("takes the keys of sipp, which plays them with its tone", async () => {
    const keys = [
      { key: "1", atMs: 1_500 },
      { key: "2", atMs: 2_500 },
    ];
    const sipp = await startSipp({
      at: stand.pair.udp,
      to: "+15550100",
      hangUp: "caller",
      talkMs: 4_000,
      keys,
    });
    try {
      const { outcome, notes } = await runOnNextCall();
      expect(await within("the flow to reach the queue", outcome)).toMatchObject({ node: "support" });
      expect(notes.flatMap((note) => (note.type === "flow.pressed" ? note.digits : [])).join("")).toBe("12");
      expect(await sipp.result()).toMatchObject({ succeeded: 1, failed: 0 });
    } finally {
      await sipp.close();
    }
  });
});
