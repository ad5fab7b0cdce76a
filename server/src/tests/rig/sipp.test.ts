import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { canPlayCaptures, startSipp } from "./sipp.ts";
import type { SippOptions, SippRun } from "./sipp.ts";
import { openTelephone } from "./telephone.ts";
import type { Telephone } from "./telephone.ts";
import { makeTone } from "./tones.ts";
import { waitFor } from "./wait-for.ts";

let phone: Telephone;
const runs: SippRun[] = [];

beforeEach(async () => {
  phone = await openTelephone({ number: "1000" });
});
afterEach(async () => {
  await Promise.all(runs.splice(0).map((run) => run.close()));
  await phone.close();
});

async function call(options: Partial<SippOptions> = {}): Promise<SippRun> {
  const run = await startSipp({ at: phone, to: "1000", ...options });
  runs.push(run);
  return run;
}

describe("sipp as a caller", () => {
  it("streams its tone from the answer on, and ends with the callee's BYE", async () => {
    const sipp = await call();
    const incoming = await phone.nextCall();
    incoming.ring();
    await incoming.answer();
    await incoming.waitToHear(1_000);
    expect((await incoming.hears([440, 1_000])).tones).toEqual([1_000]);
    await incoming.hangUp();
    expect(await sipp.result()).toEqual({ succeeded: 1, failed: 0, errors: "" });
  });

  it.runIf(canPlayCaptures())("presses keys by RFC 4733 in the same stream as its tone", async () => {
    const sipp = await call({
      hangUp: "caller",
      talkMs: 2_500,
      audioMs: 2_400,
      keys: [
        { key: "1", atMs: 300 },
        { key: "2", atMs: 700 },
        { key: "2", atMs: 1_100 },
      ],
    });
    const incoming = await phone.nextCall();
    await incoming.answer();
    await waitFor("the keys", () => incoming.media.keysHeard() === "122");
    await incoming.waitToHear(1_000);
    expect(incoming.media.received).toMatchObject({ sources: 1, lost: 0 });
    expect(await incoming.ended).toMatchObject({ by: "them" });
    expect((await sipp.result()).succeeded).toBe(1);
  });

  it("sends back what it hears", async () => {
    const sipp = await call({ echo: true });
    const incoming = await phone.nextCall();
    await incoming.answer();
    incoming.play(makeTone({ hz: 700, durationMs: 1_000 }));
    await incoming.waitToHear(700);
    await incoming.hangUp();
    expect((await sipp.result()).succeeded).toBe(1);
  });

  it("offers late, in its ACK, when asked to", async () => {
    const sipp = await call({ lateOffer: true });
    const incoming = await phone.nextCall();
    expect(incoming.invite?.body).toBe("");
    await incoming.answer();
    expect(incoming.remoteSdp).toContain("m=audio");
    await incoming.waitToHear(1_000);
    await incoming.hangUp();
    expect((await sipp.result()).succeeded).toBe(1);
  });

  it("takes its call back while it rings", async () => {
    const sipp = await call({ hangUp: "cancel", talkMs: 200 });
    const incoming = await phone.nextCall();
    incoming.ring();
    expect(await incoming.ended).toMatchObject({ by: "them", status: 487 });
    expect(await sipp.result()).toMatchObject({ succeeded: 1, failed: 0 });
  });

  it("counts a refusal as success when it expects it, and as failure when not", async () => {
    const expecting = await call({ refusedWith: 404 });
    (await phone.nextCall()).decline(404, "Not Found");
    expect(await expecting.result()).toMatchObject({ succeeded: 1, failed: 0 });
    const hoping = await call();
    (await phone.nextCall()).decline(404, "Not Found");
    expect(await hoping.result()).toMatchObject({ succeeded: 0, failed: 1 });
  });

  it.runIf(canPlayCaptures())("calls many times at once, each with a port of its own", async () => {
    const sipp = await call({ calls: 5, callsPerSecond: 50, from: "+1555020[call_number]" });
    const incoming = await Promise.all(Array.from({ length: 5 }, () => phone.nextCall()));
    await Promise.all(incoming.map((one) => one.answer()));
    await Promise.all(incoming.map((one) => one.waitToHear(1_000)));
    const ports = incoming.map((one) => /m=audio (\d+)/.exec(one.remoteSdp)?.[1]);
    expect(new Set(ports).size, String(ports)).toBe(5);
    await Promise.all(incoming.map((one) => one.hangUp()));
    expect(await sipp.result()).toMatchObject({ succeeded: 5, failed: 0 });
  });
});
