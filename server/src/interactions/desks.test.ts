import { describe, expect, it } from "vitest";
import { openAgents } from "../agents/agents.ts";
import { createManualClock } from "../base/clock.manual.ts";
import type { CallCard, Desk } from "../contract/agent-desk.ts";
import { openDesks } from "./desks.ts";

const anna = "00000000-0000-4000-8000-000000000001";
const card = { interactionId: "00000000-0000-4000-8000-0000000000c1", queueId: "q" } as CallCard;
const control = { setHold: () => Promise.resolve(), hangUp: () => Promise.resolve() };

async function open() {
  const clock = createManualClock(1_000);
  const published: Desk[] = [];
  const agents = await openAgents(clock, {
    load: () => Promise.resolve([]),
    save: () => Promise.resolve(),
  });
  agents.setPerson(anna, true);
  const desks = openDesks({
    clock,
    agents,
    queueIdsOf: () => ["q"],
    phoneOf: () => ({ registered: false, kind: null }),
    today: () => ({ handled: 0, missed: 0, talkMs: 0, holdMs: 0, wrapUpMs: 0, averageHandleMs: null }),
    publish: (desk) => published.push(desk),
  });
  return { clock, desks, published };
}
const offer = { offerId: "o1", card, offeredAt: 1_000, expiresAt: 21_000 };

describe("an agent's desk", () => {
  it("shows the offer, then the call, then the wrap-up with its notes", async () => {
    const { desks, published, clock } = await open();
    desks.offered(anna, { ...offer, decline: () => Promise.resolve() });
    expect(published.at(-1)?.offer).toEqual(offer);
    desks.callStarted(anna, { card, answeredAt: 2_000, recording: true, control });
    expect(published.at(-1)).toMatchObject({ offer: null, call: { held: false, recording: true } });
    desks.saveNotes(anna, card.interactionId, { dispositionId: null, note: "wants a refund" });
    clock.advance(9_000);
    desks.callEnded(anna, card.interactionId);
    desks.wrapUpStarted(anna, card.interactionId, 40_000);
    expect(published.at(-1)).toMatchObject({
      call: null,
      wrapUp: { startedAt: 10_000, endsAt: 40_000, note: "wants a refund" },
    });
    expect(desks.wrapUpEnded(anna)).toMatchObject({ interactionId: card.interactionId, startedAt: 10_000 });
    expect(published.at(-1)?.wrapUp).toBeNull();
  });

  it("keeps the start of a wrap-up that is extended", async () => {
    const { desks, published, clock } = await open();
    desks.callStarted(anna, { card, answeredAt: 2_000, recording: true, control });
    desks.wrapUpStarted(anna, card.interactionId, 31_000);
    clock.advance(5_000);
    desks.wrapUpStarted(anna, card.interactionId, 91_000);
    expect(published.at(-1)?.wrapUp).toMatchObject({ startedAt: 1_000, endsAt: 91_000 });
  });

  it("shows the wrap-up of a caller who left before the bridge, without the former call's notes", async () => {
    const { desks, published } = await open();
    const former = { ...card, interactionId: "00000000-0000-4000-8000-0000000000c0" };
    desks.callStarted(anna, { card: former, answeredAt: 500, recording: true, control });
    desks.saveNotes(anna, former.interactionId, { dispositionId: null, note: "of the former call" });
    desks.callEnded(anna, former.interactionId);
    desks.offered(anna, { ...offer, decline: () => Promise.resolve() });
    desks.offerEnded(anna, offer.offerId);
    desks.wrapUpStarted(anna, card.interactionId, 40_000);
    expect(published.at(-1)?.wrapUp).toMatchObject({ card, note: "" });
  });

  it("lets an offer be declined only while it rings", async () => {
    const { desks } = await open();
    const declined: string[] = [];
    const decline = () => {
      declined.push("o1");
      return Promise.resolve();
    };
    desks.offered(anna, { ...offer, decline });
    await desks.decline(anna, "o1");
    expect(declined).toEqual(["o1"]);
    desks.offerEnded(anna, "o1");
    await expect(desks.decline(anna, "o1")).rejects.toThrow("has ended");
  });

  it("does not take an old offer's end for the new one's", async () => {
    const { desks } = await open();
    desks.offered(anna, { ...offer, offerId: "o2", decline: () => Promise.resolve() });
    desks.offerEnded(anna, "o1");
    expect(desks.desk(anna).offer?.offerId).toBe("o2");
  });

  it("gives the control of a call only to its agent", async () => {
    const { desks } = await open();
    desks.callStarted(anna, { card, answeredAt: 2_000, recording: true, control });
    expect(desks.control(anna, card.interactionId)).toBe(control);
    expect(() => desks.control("somebody-else", card.interactionId)).toThrow("not in this call");
  });
});
