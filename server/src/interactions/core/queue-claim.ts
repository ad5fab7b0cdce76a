/** What a caller brings to a queue: priority, artificial age and requirement, from queue, flow and customer. */
import { fillRequirement } from "../../contract/flow-requirement.ts";
import type { QueueSettings } from "../../contract/queues.ts";
import {
  bothRequired,
  formatRequirement,
  isImpossible,
  parseRequirement,
  type Requirement,
} from "../../contract/requirement.ts";

/** What the flow asks of the queue. */
export interface FlowWish {
  priority: number;
  ageMs?: number;
  /** As it is written in the flow, placeholders and all. */
  requirement?: string;
  /** What fills the placeholders; the language among them. */
  values: Readonly<Record<string, string>>;
}

export interface QueueClaim {
  priority: number;
  ageMs: number;
  /** What the caller needs beside what the queue asks for, in its usual spelling; null for nothing. */
  requirement: string | null;
  /** What could not be used, in sentences: the caller waits without it. */
  faults: string[];
}

const highestPriority = 10;
/** Nobody is placed before those who came a day earlier. */
const longestAgeMs = 86_400_000;

export function claimOf(
  settings: Pick<QueueSettings, "priority" | "requirement" | "boosts">,
  wish: FlowWish,
  attributes: Readonly<Record<string, string>>,
): QueueClaim {
  const boosts = settings.boosts.filter(
    ({ attribute, value }) => Object.hasOwn(attributes, attribute) && attributes[attribute] === value,
  );
  const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
  const priority = sum([settings.priority, wish.priority, ...boosts.map((boost) => boost.priority)]);
  const ageMs = sum([wish.ageMs ?? 0, ...boosts.map((boost) => boost.ageMs)]);
  return {
    priority: Math.min(highestPriority, priority),
    ageMs: Math.min(longestAgeMs, ageMs),
    ...requirementOf(settings.requirement, wish),
  };
}

/** The queue's own is the router's to add: it holds for those who wait as soon as it changes. */
function requirementOf(
  ofQueue: string | null,
  { requirement: template = "", values }: FlowWish,
): Pick<QueueClaim, "requirement" | "faults"> {
  const faults: string[] = [];
  const asked = template.trim() === "" ? null : readAsked(template, values, faults);
  if (asked === null) return { requirement: null, faults };
  const requirement = formatRequirement(asked);
  const both = bothRequired(readOwn(ofQueue), asked);
  // Each can be read, but nobody could ever meet both.
  if (both !== null && !isImpossible(both)) return { requirement, faults };
  faults.push(`The requirement "${requirement}" is left out: it can't be met together with the queue's own`);
  return { requirement: null, faults };
}

function readOwn(text: string | null): Requirement | null {
  const parsed = text === null ? null : parseRequirement(text);
  return parsed?.ok ? parsed.requirement : null;
}

function readAsked(
  template: string,
  values: Readonly<Record<string, string>>,
  faults: string[],
): Requirement | null {
  const filled = fillRequirement(template, values);
  if (filled.ok) return filled.requirement;
  faults.push(filled.sentence);
  return null;
}
