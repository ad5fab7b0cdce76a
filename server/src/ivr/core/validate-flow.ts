/** Whether a flow makes sense: all that is wrong with it, at once. */
import { Flow } from "../../contract/flow.ts";
import type { FlowNode, OpenInterval, PromptRef } from "../../contract/flow.ts";
import { checkFlowRequirement, skillsOfTemplate } from "../../contract/flow-requirement.ts";
import { isTimezone, minutesOfDay, type OpeningHours } from "../../contract/opening-hours.ts";
import { knownSkills, whyUnknown } from "../../contract/known-skills.ts";
import { Language } from "../../contract/people.ts";
import { isImpossible } from "../../contract/requirement.ts";
import type { Skill } from "../../contract/routing.ts";
import type { FlowProblem } from "../../contract/telephony.ts";
import { edgesFrom, idleCycles, reachableNodes } from "./flow-edges.ts";
import { shippedPrompts } from "./prompt-catalog.ts";

/** What exists around the flow. */
export interface FlowContext {
  queueIds: ReadonlySet<string>;
  /** Ids of the uploaded prompts; the shipped ones are known. */
  uploadIds: ReadonlySet<string>;
  /** Ids of the schedules. */
  scheduleIds: ReadonlySet<string>;
  /** The skills that agents may have. */
  skills: readonly Pick<Skill, "key" | "values">[];
}

interface Problem {
  path: string[];
  message: string;
}
type Problems = Problem[];

/**
 * Parses and checks a flow. Returns every problem, each with the path to it
 * (`nodes.main-menu.options.1.next`) and a sentence; an empty list means
 * that the flow may be published. Input that is no flow at all yields the schema's problems only.
 */
export function validateFlow(input: unknown, context: FlowContext): FlowProblem[] {
  const parsed = Flow.safeParse(input);
  const problems = parsed.success
    ? checkFlow(parsed.data, context)
    : parsed.error.issues.map((issue) => schemaProblem(issue.path, issue.message));
  return problems.map(({ path, message }) => ({ path: path.join("."), message }));
}

function checkFlow(flow: Flow, context: FlowContext): Problems {
  return [
    ...checkEntries(flow),
    ...Object.entries(flow.nodes).flatMap(([id, node]) => [
      ...checkTargets(flow, id, node),
      ...checkNode(id, node, context),
    ]),
    ...checkReach(flow),
    ...checkCycles(flow),
  ];
}

function schemaProblem(path: PropertyKey[], message: string): Problem {
  const where = path.map(String);
  return { path: where, message: where.length > 0 ? `${where.join(".")}: ${message}` : message };
}

function checkEntries(flow: Flow): Problems {
  const entries: [string, string | undefined][] = [
    ["start", flow.start],
    ["fallback", flow.fallback],
  ];
  return entries
    .filter(([, target]) => target !== undefined && !Object.hasOwn(flow.nodes, target))
    .map(([entry, target]) => ({
      path: [entry],
      message: `The ${entry} leads to ${target ?? ""}, which is no node`,
    }));
}

function checkTargets(flow: Flow, id: string, node: FlowNode): Problems {
  return edgesFrom(node)
    .filter((edge) => !Object.hasOwn(flow.nodes, edge.to))
    .map((edge) => ({
      path: ["nodes", id, ...edge.path],
      message: `Node ${id} leads to ${edge.to}, which is no node`,
    }));
}

function checkNode(id: string, node: FlowNode, context: FlowContext): Problems {
  const at = ["nodes", id];
  switch (node.kind) {
    case "play":
    case "hangup":
    case "transfer":
      return checkPrompts([...at, "prompts"], id, node.prompts, context);
    case "menu":
      return [
        ...checkPrompts([...at, "prompts"], id, node.prompts, context),
        ...checkPrompts([...at, "invalidPrompts"], id, node.invalidPrompts, context),
        ...checkPrompts([...at, "timeoutPrompts"], id, node.timeoutPrompts, context),
        ...checkOptions(at, id, node),
      ];
    case "queue":
      return [
        ...checkQueue([...at, "queueId"], id, node.queueId, context),
        ...checkRequirement([...at, "requirement"], id, node.requirement, context),
      ];
    case "callback":
      return [
        ...checkQueue([...at, "queueId"], id, node.queueId, context),
        ...checkRequirement([...at, "requirement"], id, node.requirement, context),
      ];
    case "voicemail":
      return [
        ...checkQueue([...at, "queueId"], id, node.queueId, context),
        ...checkPrompts([...at, "greeting"], id, node.greeting, context),
      ];
    case "hours":
      return checkHours(at, id, node, context);
    case "branch":
      return checkCases(at, id, node);
    case "language":
    case "set":
      return [];
  }
}

function checkPrompts(path: string[], id: string, prompts: PromptRef[], context: FlowContext): Problems {
  return prompts.flatMap((ref, index): Problems => {
    const where = [...path, String(index)];
    if ("upload" in ref) {
      if (context.uploadIds.has(ref.upload)) return [];
      return [{ path: where, message: `Node ${id} plays ${ref.upload}, which nobody uploaded` }];
    }
    if (shippedPrompts.has(ref.prompt)) return [];
    return [{ path: where, message: `Node ${id} plays ${ref.prompt}, which is no prompt` }];
  });
}

function checkQueue(path: string[], id: string, queueId: string, context: FlowContext): Problems {
  if (context.queueIds.has(queueId)) return [];
  return [{ path, message: `Node ${id} uses the queue ${queueId}, which does not exist` }];
}

function checkOptions(at: string[], id: string, node: Extract<FlowNode, { kind: "menu" }>): Problems {
  return node.options.flatMap((option, index): Problems => {
    const first = node.options.findIndex((other) => other.digit === option.digit);
    if (first === index) return [];
    const path = [...at, "options", String(index), "digit"];
    return [{ path, message: `Node ${id} has two options on key ${option.digit}` }];
  });
}

/** Skills with placeholders are known when a caller comes; the others must exist now. */
function checkRequirement(
  path: string[],
  id: string,
  requirement: string | undefined,
  { skills }: FlowContext,
): Problems {
  if (requirement === undefined || requirement === "") return [];
  const checked = checkFlowRequirement(requirement);
  if (!checked.ok) {
    const { sentence, at } = checked.problem;
    return [
      { path, message: `Node ${id} has a requirement that can't be read: ${sentence} (at character ${at})` },
    ];
  }
  const known = knownSkills(skills);
  const unknown = skillsOfTemplate(requirement).flatMap((skill) => {
    const why = whyUnknown(skill, known);
    return why === null ? [] : [{ path, message: `Node ${id} requires ${skill}, but ${why}` }];
  });
  if (requirement.includes("{") || !isImpossible(checked.requirement)) return unknown;
  return [...unknown, { path, message: `Nobody can ever meet what node ${id} requires: ${requirement}` }];
}

function checkCases(at: string[], id: string, node: Extract<FlowNode, { kind: "branch" }>): Problems {
  return node.cases.flatMap(({ equals }, index): Problems => {
    const path = [...at, "cases", String(index), "equals"];
    if (node.cases.findIndex((other) => other.equals === equals) !== index)
      return [{ path, message: `Node ${id} has two cases for "${equals}"` }];
    if (node.on.what !== "language" || Language.safeParse(equals).success) return [];
    const languages = Language.options.join(", ");
    return [
      { path, message: `Node ${id} asks for the language "${equals}", which is none of: ${languages}` },
    ];
  });
}

/** A schedule that is kept for all, or hours of its own: exactly one of both. */
function checkHours(
  at: string[],
  id: string,
  node: Extract<FlowNode, { kind: "hours" }>,
  { scheduleIds }: FlowContext,
): Problems {
  const { scheduleId, timezone, weekly, holidays } = node;
  if (scheduleId === undefined) {
    if (timezone !== undefined && weekly !== undefined)
      return checkOwnHours(at, id, { timezone, weekly, holidays });
    const advice = "choose a schedule, or give it a time zone and hours of its own";
    return [{ path: at, message: `Node ${id} has no opening hours: ${advice}` }];
  }
  const path = [...at, "scheduleId"];
  if (timezone !== undefined || weekly !== undefined || holidays.length > 0)
    return [{ path, message: `Node ${id} has a schedule and hours of its own: only one of both can decide` }];
  if (scheduleIds.has(scheduleId)) return [];
  return [{ path, message: `Node ${id} uses the schedule ${scheduleId}, which does not exist` }];
}

function checkOwnHours(at: string[], id: string, node: OpeningHours): Problems {
  const problems: Problems = [];
  if (!isTimezone(node.timezone)) {
    problems.push({
      path: [...at, "timezone"],
      message: `Node ${id} is in ${node.timezone}, which is no time zone (Europe/Berlin is one)`,
    });
  }
  node.weekly.forEach((interval, index) => {
    problems.push(...checkInterval([...at, "weekly", String(index)], id, interval));
  });
  node.holidays.forEach((holiday, index) => {
    const path = [...at, "holidays", String(index)];
    if (node.holidays.findIndex((other) => other.date === holiday.date) !== index) {
      problems.push({ path: [...path, "date"], message: `Node ${id} has two holidays on ${holiday.date}` });
    }
    holiday.intervals.forEach((interval, at) => {
      problems.push(...checkInterval([...path, "intervals", String(at)], id, interval));
    });
  });
  return problems;
}

function checkInterval(path: string[], id: string, interval: OpenInterval): Problems {
  if (minutesOfDay(interval.from) < minutesOfDay(interval.to)) return [];
  const advice = "split it at midnight if it goes on into the next day";
  return [
    {
      path,
      message: `Node ${id} opens at ${interval.from} and closes at ${interval.to}, not later: ${advice}`,
    },
  ];
}

function checkReach(flow: Flow): Problems {
  const reached = reachableNodes(flow);
  return Object.keys(flow.nodes)
    .filter((id) => !reached.has(id))
    .map((id) => ({ path: ["nodes", id], message: `Node ${id} is never reached from the start` }));
}

function checkCycles(flow: Flow): Problems {
  return idleCycles(flow).map((cycle) => ({
    path: ["nodes", cycle[0] ?? ""],
    message: `The flow goes round for ever without the caller: ${[...cycle, cycle[0] ?? ""].join(" → ")}`,
  }));
}
