import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { openTelephone } from "../../tests/rig/telephone.ts";
import type { Telephone } from "../../tests/rig/telephone.ts";
import { within } from "../../tests/rig/wait-for.ts";
import { openStand } from "./stand.ts";
import type { Stand } from "./stand.ts";

const outsideMs = 1_500;

describe("a caller's phone that sends nothing any more", () => {
  let stand: Stand;
  let telephone: Telephone;

  beforeAll(async () => {
    stand = await openStand({ config: { mediaTimeoutMs: outsideMs / 3 } });
  });
  afterAll(() => stand.close());
  afterEach(() => telephone.close());

  async function callIn() {
    telephone = await openTelephone({ number: "+15550177" });
    const call = await telephone.call({ to: "1000", at: stand.pair.udp });
    const leg = await (await stand.nextCall()).answer();
    await call.answered();
    return { call, leg };
  }

  it("has its leg ended by the system, and gets a BYE that says why", async () => {
    const { call, leg } = await callIn();
    call.media.pause();
    expect(await within("the end", leg.ended, 8_000)).toEqual({ by: "system", cause: "media-lost" });
    expect(await within("the BYE", call.ended, 4_000)).toMatchObject({
      by: "them",
      reason: expect.stringContaining("media-lost") as string,
    });
  });

  it("on hold is left alone, and after it no longer", async () => {
    const { call, leg } = await callIn();
    expect(await call.reinvite("sendonly")).toBe(200);
    call.media.pause();
    const file = `silence_stream://${outsideMs * 2}`;
    expect(await leg.play([file])).toMatchObject({ outcome: "played" });
    expect(await call.reinvite("sendrecv")).toBe(200);
    call.media.pause(); // taking the answer has made it talk again
    expect(await within("the end", leg.ended, 8_000)).toMatchObject({ cause: "media-lost" });
  });
});
