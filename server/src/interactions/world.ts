/** What the story of a call needs of the rest of the program; app.ts puts it together. */
import type { Acd } from "../acd/acd.ts";
import type { Agents } from "../agents/agents.ts";
import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import type { CallCard } from "../contract/agent-desk.ts";
import type { Callback } from "../contract/callbacks.ts";
import type { Flow } from "../contract/flow.ts";
import type { QueueSettings } from "../contract/queues.ts";
import type { PromptFiles } from "../ivr/ivr.ts";
import type { Recordings } from "../recordings/recordings.ts";
import type { Telephony } from "../telephony/telephony.ts";
import type { Desks } from "./desks.ts";
import type { EmergencyWatch } from "./emergency.ts";
import type { Ledger } from "./ledger.ts";

/** The published configuration, in memory: a call never waits for the database. */
export interface Directory {
  /** The number as dialed, or null. */
  number(dialed: string): { id: string; flowId: string } | null;
  /** What new calls run, or null when nothing is published. */
  publishedFlow(flowId: string): { version: number; flow: Flow } | null;
  queue(queueId: string): { name: string; settings: QueueSettings } | null;
}

export type EarlierCalls = CallCard["earlier"];

/** What is known of those who call. */
export interface CustomerFacts {
  /** The customer with this number, for the agent's card. Null for nobody; rejects while the database is away. */
  find(number: string): Promise<{ id: string; name: string; attributes: Record<string, string> } | null>;
  /**
   * The attributes of the customer with this number ("" for a caller who hides it); empty when nobody is known by
   * it. May take its time or reject: a call waits for it a moment only, and goes on without.
   */
  attributesOf(number: string): Promise<Readonly<Record<string, string>>>;
}

/**
 * Opening hours and holidays, in memory; the emergency switch is apart. `at` is milliseconds since 1970; the schedule
 * null is always open.
 */
export interface OpeningHours {
  /** A schedule that does not exist counts as open: callers are rather served than sent away. */
  isOpen(scheduleId: string | null, at: number): boolean;
  /** When it closes next, after `at`; null when it is closed at `at`, and when no closing is known. */
  closesAt(scheduleId: string | null, at: number): number | null;
  /** When it opens next, after `at`; null when it is open at `at`, and when no opening is known. */
  opensAt?(scheduleId: string | null, at: number): number | null;
  /** Hears that schedules or the switch have changed; returns the function that stops it. */
  on(listener: () => void): () => void;
}

/** A call back as it is kept. */
export interface KeptCallback extends Omit<Callback, "closed"> {
  /** The number that the customer had called. */
  dialed: string;
  pressed: CallCard["pressed"];
}

/** Who asks to be called back, and how they stood in the queue. Times in epoch milliseconds. */
export interface CallbackRequest {
  queueId: string;
  number: string;
  language: string;
  priority: number;
  ageMs: number;
  requirement: string | null;
  originalInteractionId: string;
  dialed: string;
  pressed: CallCard["pressed"];
  values: Readonly<Record<string, string>>;
  enqueuedAt: number;
}

/** Calls back, as the story of a call knows them. Everything rejects with Failure "unavailable" while the database is away. */
export interface CallbackDesk {
  /** The open one of this number in this queue, or null. */
  find(queueId: string, number: string): Promise<KeptCallback | null>;
  /** Writes it down; it is not in the queue before `enter`. Failure "conflict" when there is an open one. */
  keep(request: CallbackRequest): Promise<KeptCallback>;
  /** Into the queue, at the place of the original entry. The customer is not called before `customerGone`. */
  enter(callbackId: string, customerGone: Promise<unknown>): void;
  /** An agent was quicker, or the customer takes it back; nothing happens to one that is being called or has ended. */
  drop(callbackId: string, reason: "agent-answered" | "customer"): Promise<void>;
}

export interface World {
  clock: Clock;
  log: Log;
  acd: Acd;
  agents: Agents;
  telephony: Telephony;
  recordings: Recordings;
  ledger: Ledger;
  desks: Desks;
  directory: Directory;
  prompts: PromptFiles;
  customers: CustomerFacts;
  hours: OpeningHours;
  /** The emergency switch, for those who call and those who wait. */
  emergency: EmergencyWatch;
  callbacks: CallbackDesk;
  /** The agent who talked with this number last, if that talk began after `since`; null for none. May take its time. */
  lastAgent(from: string, since: number): Promise<string | null>;
  /** Earlier interactions of the same caller, newest first, at most ten. */
  earlierCalls(from: string, except: string): Promise<EarlierCalls>;
}

/** The world as one call sees it: whatever is logged there names the call, by the interaction's id. */
export function worldOfCall(world: World, callId: string, more: object = {}): World {
  return { ...world, log: world.log.child({ callId, ...more }) };
}
