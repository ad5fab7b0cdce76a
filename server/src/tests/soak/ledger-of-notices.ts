/** A ledger made of nothing but what a node hears: whatever does not add up in it is a fault of the router. */
import type { AcdNotice } from "../../acd/acd.ts";

export class LedgerOfNotices {
  readonly faults: string[] = [];
  /** Where each visit stands: "waiting", or how it ended. */
  readonly visits = new Map<string, string>();
  readonly engagements = new Map<string, string>();
  readonly lostSessions: string[] = [];
  offers = 0;
  private readonly liveOffers = new Map<string, string>();
  private readonly ringing = new Map<string, string>();

  hear(notice: AcdNotice): void {
    switch (notice.type) {
      case "waiting":
        return this.begin(notice.interactionId);
      case "exit":
        return this.end(notice.interactionId, notice.cause);
      case "offer":
        return this.ring(notice.offerId, notice.agentId, notice.interactionId);
      case "withdrawn":
        return this.endRing(notice.offerId);
      case "accepted":
        this.endRing(notice.offerId);
        return this.end(notice.interactionId, "answered");
      case "engagement":
        this.engagements.set(notice.agentId, notice.engagement);
        return;
      case "node-lost":
        this.lostSessions.push(notice.session);
        return;
      default:
    }
  }

  waiting(): string[] {
    return [...this.visits]
      .filter(([, state]) => state === "waiting")
      .map(([interactionId]) => interactionId);
  }

  ringingOffers(): string[] {
    return [...this.liveOffers.keys()];
  }

  private begin(interactionId: string): void {
    if (this.visits.has(interactionId)) this.faults.push(`${interactionId} entered twice`);
    this.visits.set(interactionId, "waiting");
  }

  private end(interactionId: string, how: string): void {
    const state = this.visits.get(interactionId);
    if (state !== "waiting")
      this.faults.push(`${interactionId} ended as ${how}, having been ${state ?? "nowhere"}`);
    this.visits.set(interactionId, how);
  }

  private ring(offerId: string, agentId: string, interactionId: string): void {
    this.offers += 1;
    if (this.liveOffers.has(offerId)) this.faults.push(`${offerId} was made twice`);
    const other = this.ringing.get(agentId);
    if (other !== undefined) this.faults.push(`${agentId} was offered ${offerId} while ${other} rang`);
    if (this.visits.get(interactionId) !== "waiting")
      this.faults.push(`${offerId} was made for somebody who does not wait`);
    this.liveOffers.set(offerId, agentId);
    this.ringing.set(agentId, offerId);
  }

  private endRing(offerId: string): void {
    const agentId = this.liveOffers.get(offerId);
    if (agentId === undefined) this.faults.push(`${offerId} ended a second time, or never began`);
    else this.ringing.delete(agentId);
    this.liveOffers.delete(offerId);
  }
}
