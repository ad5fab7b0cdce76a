import type { AgentProfile } from "./interface.ts";
import type { Channel } from "./core/settings.ts";

interface HeldTalk {
  agentId: string;
  interactionId: string;
  channel: Channel;
}

/** What this node answers for, so that it can be stated again after the others took the node for lost. */
export class Holdings {
  private readonly profiles = new Map<string, AgentProfile>();
  private readonly held = new Map<string, HeldTalk>();

  setAgent(profile: AgentProfile): void {
    this.profiles.set(profile.agentId, profile);
  }

  removeAgent(agentId: string): void {
    this.profiles.delete(agentId);
  }

  beginTalk(talk: HeldTalk): void {
    this.held.set(`${talk.agentId} ${talk.interactionId}`, talk);
  }

  endTalk(agentId: string, interactionId: string): void {
    this.held.delete(`${agentId} ${interactionId}`);
  }

  agents(): AgentProfile[] {
    return [...this.profiles.values()];
  }

  talks(): HeldTalk[] {
    return [...this.held.values()];
  }
}
