import type { agentDesk } from "@ringdown/contract";
import { describe, expect, it } from "vitest";
import { activityOf } from "./activity.ts";

const card = { interactionId: "i1" } as agentDesk.CallCard;
const offer = { offerId: "o1", card, offeredAt: 0, expiresAt: 1 };
const call = { card, answeredAt: 0, held: false, heldSince: null, recording: true };
const wrapUp = { card, startedAt: 0, endsAt: null, dispositionId: null, note: "" };
const nothing = { offer: null, call: null, wrapUp: null };

describe("the desk's main place", () => {
  it("shows the call, and the wrap-up of the same caller after it", () => {
    expect(activityOf({ ...nothing, call }, null).kind).toBe("work");
    expect(activityOf({ ...nothing, wrapUp }, null)).toMatchObject({ kind: "work", call: null });
  });
  it("shows the offer", () => {
    expect(activityOf({ ...nothing, offer }, { phase: "ringing", from: "x" }).kind).toBe("offer");
  });
  it("shows a phone that rings before the desk says why", () => {
    expect(activityOf(nothing, { phase: "ringing", from: "+1555" })).toEqual({
      kind: "bare-offer",
      from: "+1555",
    });
  });
  it("shows a phone that talks before the desk says so", () => {
    expect(activityOf({ ...nothing, wrapUp }, { phase: "talking", from: "+1555" }).kind).toBe("bare-call");
  });
  it("is calm otherwise", () => {
    expect(activityOf(nothing, null).kind).toBe("none");
    expect(activityOf(nothing, { phase: "ended", from: "" }).kind).toBe("none");
  });
});
