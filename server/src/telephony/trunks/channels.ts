import type { TrunkPeer } from "../directories.ts";

export type Direction = "in" | "out";
type Limits = Pick<TrunkPeer, "id" | "maximumCalls" | "maximumOutboundCalls">;

/** Calls in progress by trunk and direction: on this node, each of which has the trunk's limits for itself. */
export class Channels {
  readonly #running = new Map<string, Record<Direction, number>>();

  now(trunkId: string): Readonly<Record<Direction, number>> {
    return this.#running.get(trunkId) ?? { in: 0, out: 0 };
  }

  hasRoom({ id, maximumCalls, maximumOutboundCalls }: Limits, direction: Direction): boolean {
    const running = this.now(id);
    if (maximumCalls > 0 && running.in + running.out >= maximumCalls) return false;
    return direction === "in" || maximumOutboundCalls === 0 || running.out < maximumOutboundCalls;
  }

  /** Takes a channel, beyond the limits if asked to; the returned function gives it back. Null: the trunk is full. */
  take(trunk: Limits, direction: Direction, options: { beyondLimits?: boolean } = {}): (() => void) | null {
    if (options.beyondLimits !== true && !this.hasRoom(trunk, direction)) return null;
    this.#add(trunk.id, direction, 1);
    let isTaken = true;
    return () => {
      if (isTaken) this.#add(trunk.id, direction, -1);
      isTaken = false;
    };
  }

  #add(trunkId: string, direction: Direction, change: number): void {
    const running = { ...this.now(trunkId) };
    running[direction] += change;
    if (running.in + running.out > 0) this.#running.set(trunkId, running);
    else this.#running.delete(trunkId);
  }
}
