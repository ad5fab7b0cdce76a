import type { agentDesk } from "@ringdown/contract";

type Desk = agentDesk.Desk;

/** What the desk shows in its main place. */
export type Activity =
  | { kind: "offer"; offer: NonNullable<Desk["offer"]> }
  /** The phone rings and the desk's news of it hasn't come (yet). */
  | { kind: "bare-offer"; from: string }
  | { kind: "work"; card: agentDesk.CallCard; call: Desk["call"]; wrapUp: Desk["wrapUp"] }
  /** The phone talks and the desk's news of it hasn't come (yet). */
  | { kind: "bare-call"; from: string }
  | { kind: "none" };

/** A call is shown before an offer, an offer before the rest; the phone fills in what the desk hasn't told yet. */
export function activityOf(
  desk: Pick<Desk, "offer" | "call" | "wrapUp">,
  leg: { phase: "ringing" | "answering" | "talking" | "ended"; from: string } | null,
): Activity {
  if (desk.call !== null) return { kind: "work", card: desk.call.card, call: desk.call, wrapUp: null };
  if (desk.offer !== null) return { kind: "offer", offer: desk.offer };
  if (leg?.phase === "talking") return { kind: "bare-call", from: leg.from };
  if (leg?.phase === "ringing" || leg?.phase === "answering") return { kind: "bare-offer", from: leg.from };
  if (desk.wrapUp !== null) return { kind: "work", card: desk.wrapUp.card, call: null, wrapUp: desk.wrapUp };
  return { kind: "none" };
}
