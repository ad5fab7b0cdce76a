import type { Engagement } from "../../acd/acd.ts";
import type { SimulatedAgent } from "./scenario.ts";
import type { Tally } from "./tally.ts";

/** One agent during a run: at work or not, held or not, what the router has them do, and how the time goes. */
export class WorkingAgent {
  readonly agent: SimulatedAgent;
  onShift = false;
  isHeld = false;
  /** Counts the holds: a return belongs to one of them. */
  holds = 0;
  /** The talk that just ended, until the router says whether it is wrapped up. */
  talked: { queueId: string; enteredAt: number; wrapUpMs: number } | null = null;
  /** What is wrapped up, since when. */
  wrapUp: { queueId: string; enteredAt: number; since: number } | null = null;
  private engagement: Engagement = "idle";
  private state: "busy" | "available" | null = null;
  private since = 0;
  private readonly tally: Tally;

  constructor(agent: SimulatedAgent, tally: Tally) {
    this.agent = agent;
    this.tally = tally;
  }

  get agentId(): string {
    return this.agent.profile.agentId;
  }

  engage(engagement: Engagement, now: number): void {
    this.engagement = engagement;
    if (this.wrapUp && engagement !== "wrap-up") {
      const { queueId, enteredAt, since } = this.wrapUp;
      this.tally.wrapUpEnded(queueId, enteredAt, now - since);
      this.wrapUp = null;
    }
    this.update(now);
  }

  /** Accounts for the time up to now; the state may have changed. */
  update(now: number): void {
    if (this.state !== null) this.tally.agentSpent(this.agentId, this.state, this.since, now);
    this.since = now;
    this.state = this.stateNow();
  }

  private stateNow(): "busy" | "available" | null {
    if (this.engagement === "busy" || this.engagement === "wrap-up") return "busy";
    return this.onShift && !this.isHeld ? "available" : null;
  }
}
