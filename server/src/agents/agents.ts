/**
 * The door of agents: who works here and how they stand. It gathers the facts (status chosen by the person,
 * realtime connection, phones, engagement told by the router) and tells, at each change, the router whether the
 * agent may be offered calls, and the screens what the agent is doing. It decides nothing itself: core/ does.
 */
import type { Clock } from "../base/clock.ts";
import { Failure } from "../base/failure.ts";
import type { AgentState, AgentStatus } from "../contract/agent-desk.ts";
import {
  type AgentFacts,
  deriveState,
  type Engagement,
  judgeRoutable,
  signedOut,
  type SystemReason,
} from "./core/agent-state.ts";

export type { Engagement, SystemReason };

/** How an agent stands now. Times are epoch milliseconds. */
export interface AgentStanding {
  personId: string;
  status: AgentStatus;
  /** A not-ready reason's id or a SystemReason; null when ready. */
  reason: string | null;
  state: AgentState;
  stateSince: number;
  /** False for somebody who was deactivated. */
  active: boolean;
  connected: boolean;
  registered: boolean;
  routable: boolean;
  /** Why (not) routable, as the router keeps it. */
  cause: string;
}

/** What is remembered over restarts: the status that the person chose. */
export interface StatusStore {
  load(): Promise<{ personId: string; status: AgentStatus; reason: string | null }[]>;
  /** Never rejects: a status that could not be written is only lost to the next restart, and logged. */
  save(personId: string, status: AgentStatus, reason: string | null): Promise<void>;
}

export interface Agents {
  /** Someone who may sign in; idempotent. A deactivated person keeps nothing. */
  setPerson(personId: string, active: boolean): void;
  removePerson(personId: string): void;
  setConnected(personId: string, connected: boolean): void;
  setRegistered(personId: string, registered: boolean): void;
  setEngagement(personId: string, engagement: Engagement): void;
  setHeld(personId: string, held: boolean): void;
  /** The person's own choice. Failure "not-found" for nobody, "bad-request" for not-ready without a reason. */
  setStatus(personId: string, status: AgentStatus, reason: string | null): void;
  /** The system's choice: an agent who did not answer is not ready until they say so. */
  takeOut(personId: string, reason: SystemReason): void;
  standing(personId: string): AgentStanding | null;
  all(): AgentStanding[];
  /** Hears each change of a standing, after it. */
  on(listener: (now: AgentStanding, before: AgentStanding | null) => void): () => void;
  close(): void;
}

interface Agent {
  facts: AgentFacts;
  standing: AgentStanding;
  stopGrace: (() => void) | null;
}

/** A browser that stays away so long is not coming back by itself: the agent must say that they are ready. */
const connectionGraceMs = 60_000;

/** Restores the statuses of the last run; everybody starts disconnected. */
export async function openAgents(clock: Clock, store: StatusStore): Promise<Agents> {
  const remembered = new Map((await store.load()).map((row) => [row.personId, row]));
  const agents = new Map<string, Agent>();
  const listeners = new Set<(now: AgentStanding, before: AgentStanding | null) => void>();

  function stand(personId: string, facts: AgentFacts, before: AgentStanding | null): AgentStanding {
    const state = deriveState(facts);
    return {
      personId,
      status: facts.status,
      reason: facts.status === "ready" ? null : facts.reason,
      state,
      stateSince: before?.state === state && before.reason === facts.reason ? before.stateSince : clock.now(),
      active: facts.active,
      connected: facts.connected,
      registered: facts.registered,
      ...judgeRoutable(facts),
    };
  }

  function create(personId: string): Agent {
    const row = remembered.get(personId);
    const facts = row ? { ...signedOut, status: row.status, reason: row.reason } : { ...signedOut };
    const agent: Agent = { facts, standing: stand(personId, facts, null), stopGrace: null };
    agents.set(personId, agent);
    for (const listener of listeners) listener(agent.standing, null);
    return agent;
  }

  function change(personId: string, facts: Partial<AgentFacts>): void {
    const agent = agents.get(personId);
    if (agent === undefined) return;
    agent.facts = { ...agent.facts, ...facts };
    const before = agent.standing;
    agent.standing = stand(personId, agent.facts, before);
    if (isSame(before, agent.standing)) return;
    if (before.status !== agent.standing.status || before.reason !== agent.standing.reason)
      void store.save(personId, agent.standing.status, agent.standing.reason); // save never rejects
    for (const listener of listeners) listener(agent.standing, before);
  }

  function startGrace(personId: string, agent: Agent): void {
    agent.stopGrace?.();
    agent.stopGrace = clock.setTimer(clock.now() + connectionGraceMs, () => {
      if (agent.facts.status === "ready")
        change(personId, { status: "not-ready", reason: "connection-lost" });
    });
  }

  return {
    setPerson(personId, active) {
      if (!agents.has(personId)) create(personId);
      change(personId, active ? { active } : { active, status: "not-ready", reason: "signed-in" });
    },
    removePerson(personId) {
      agents.get(personId)?.stopGrace?.();
      agents.delete(personId);
    },
    setConnected(personId, connected) {
      const agent = agents.get(personId);
      if (agent === undefined) return;
      agent.stopGrace?.();
      if (!connected) startGrace(personId, agent);
      change(personId, { connected });
    },
    setRegistered: (personId, registered) => {
      change(personId, { registered });
    },
    setEngagement: (personId, engagement) => {
      change(personId, engagement === "talking" ? { engagement } : { engagement, held: false });
    },
    setHeld: (personId, held) => {
      change(personId, { held });
    },
    setStatus(personId, status, reason) {
      if (!agents.has(personId)) throw new Failure("not-found", "This person is not an agent here");
      if (status === "not-ready" && reason === null)
        throw new Failure("bad-request", "Not ready needs a reason");
      change(personId, { status, reason: status === "ready" ? null : reason });
    },
    takeOut: (personId, reason) => {
      // Who has just gone to lunch by themselves stays at lunch.
      if (agents.get(personId)?.facts.status === "ready") change(personId, { status: "not-ready", reason });
    },
    standing: (personId) => agents.get(personId)?.standing ?? null,
    all: () => [...agents.values()].map((agent) => agent.standing),
    on(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close() {
      for (const agent of agents.values()) agent.stopGrace?.();
      listeners.clear();
    },
  };
}

function isSame(a: AgentStanding, b: AgentStanding): boolean {
  return (
    a.state === b.state &&
    a.status === b.status &&
    a.reason === b.reason &&
    a.active === b.active &&
    a.connected === b.connected &&
    a.registered === b.registered &&
    a.routable === b.routable
  );
}
