/** What must be true of what the nodes were told, seen from outside: the invariants of routing over all of them. */
import type { AcdNotice } from "../../acd/acd.ts";
import type { RouterNode } from "./router-node.ts";

interface WaitingCaller {
  enqueuedAt: number;
  order: number;
  offerId: string | null;
  /** Agents who had a ring for this caller that came to nothing: left out for a moment. */
  refused: Set<string>;
}

/** An entry may take so long to be stored, when Redis is away. More than that is a clock that is wrong. */
const datedBackMs = 30_000;

/** Watches one node's notices in order. What is wrong is kept in `faults`, as sentences. */
export class OfficeWitness {
  readonly faults: string[] = [];
  readonly offers = new Map<string, { agentId: string; interactionId: string; ended: string | null }>();
  /** How each caller's stay ended: "accepted" or the cause. */
  readonly ends = new Map<string, string>();
  private readonly waiting = new Map<string, WaitingCaller>();
  private readonly live = new Map<string, string>();
  private entries = 0;

  see(notice: AcdNotice): void {
    if (notice.type === "waiting") this.enter(notice);
    else if (notice.type === "offer") this.offer(notice);
    else if (notice.type === "accepted" || notice.type === "withdrawn") this.end(notice);
    else if (notice.type === "exit") this.leave(notice.interactionId, notice.cause);
  }

  private enter({ interactionId, enqueuedAt, at }: Extract<AcdNotice, { type: "waiting" }>): void {
    if (at - enqueuedAt > datedBackMs)
      this.faults.push(`${interactionId} came ${at - enqueuedAt} ms before it came`);
    if (this.waiting.has(interactionId) || this.ends.has(interactionId))
      this.faults.push(`${interactionId} entered twice`);
    this.entries += 1;
    this.waiting.set(interactionId, { enqueuedAt, order: this.entries, offerId: null, refused: new Set() });
  }

  private offer({ offerId, agentId, interactionId }: Extract<AcdNotice, { type: "offer" }>): void {
    const other = this.live.get(agentId);
    if (other !== undefined) this.faults.push(`${agentId} has two live offers: ${other} and ${offerId}`);
    if (this.offers.has(offerId)) this.faults.push(`${offerId} was offered twice`);
    this.live.set(agentId, offerId);
    this.offers.set(offerId, { agentId, interactionId, ended: null });
    const caller = this.waiting.get(interactionId);
    if (!caller) this.faults.push(`${offerId} is for somebody who does not wait`);
    else this.checkOrder(interactionId, caller, agentId);
    if (caller) caller.offerId = offerId;
  }

  /** Nobody who came earlier, looks for an agent and was not refused by this one is passed over. */
  private checkOrder(interactionId: string, { enqueuedAt, order }: WaitingCaller, agentId: string): void {
    for (const [id, other] of this.waiting) {
      if (other.offerId !== null || id === interactionId || other.refused.has(agentId)) continue;
      const isEarlier =
        other.enqueuedAt < enqueuedAt || (other.enqueuedAt === enqueuedAt && other.order < order);
      if (isEarlier) this.faults.push(`${id} was overtaken by ${interactionId}`);
    }
  }

  private end(notice: Extract<AcdNotice, { type: "accepted" | "withdrawn" }>): void {
    const { offerId, agentId, interactionId } = notice;
    const offer = this.offers.get(offerId);
    const how = notice.type === "accepted" ? "accepted" : notice.cause;
    if (!offer) this.faults.push(`${offerId} ended (${how}) and was never made`);
    else if (offer.ended !== null) this.faults.push(`${offerId} ended twice: ${offer.ended}, then ${how}`);
    else offer.ended = how;
    if (this.live.get(agentId) === offerId) this.live.delete(agentId);
    const caller = this.waiting.get(interactionId);
    if (notice.type === "accepted") this.leave(interactionId, "accepted");
    else if (caller) {
      caller.offerId = null;
      caller.refused.add(agentId);
    }
  }

  private leave(interactionId: string, how: string): void {
    if (!this.waiting.delete(interactionId))
      this.faults.push(`${interactionId} left (${how}) and did not wait`);
    this.ends.set(interactionId, how);
  }

  /** At the end nobody waits and nothing rings. */
  finish(): void {
    for (const id of this.waiting.keys()) this.faults.push(`${id} still waits`);
    for (const [agentId, offerId] of this.live) this.faults.push(`${offerId} still rings at ${agentId}`);
  }
}

/** Whether all that `node` was told is a piece, without holes and in order, of what `reference` was told. */
export function findDifference(reference: RouterNode, node: RouterNode): string | null {
  const all = reference.notices.map(({ notice }) => JSON.stringify(notice));
  const some = node.notices.map(({ notice }) => JSON.stringify(notice));
  if (some.length === 0) return null;
  let most = 0;
  for (let start = all.indexOf(some[0] ?? ""); start >= 0; start = all.indexOf(some[0] ?? "", start + 1)) {
    let same = 0;
    while (same < some.length && start + same < all.length && all[start + same] === some[same]) same += 1;
    if (same === some.length || (node.isKilled && start + same === all.length)) return null;
    most = Math.max(most, same);
  }
  return `${node.nodeId} was told something else than ${reference.nodeId}: ${some[most]}`;
}
