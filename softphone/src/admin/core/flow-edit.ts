import type { flow } from "@ringdown/contract";

/** The keys of a telephone. */
export const digits = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "0", "*", "#"];

/** Whether a shipped prompt is a piece of a spoken number, which flows don't play by themselves. */
export function isSpokenNumber(promptId: string): boolean {
  return promptId.startsWith("number-");
}

type Flow = flow.Flow;
type FlowNode = flow.FlowNode;

/** The node with each of its targets replaced. */
export function mapTargets(node: FlowNode, change: (id: string) => string): FlowNode {
  switch (node.kind) {
    case "menu": {
      const options = node.options.map((option) => ({ ...option, next: change(option.next) }));
      return { ...node, options, onFailure: change(node.onFailure) };
    }
    case "hours":
      return { ...node, open: change(node.open), closed: change(node.closed) };
    case "queue": {
      const exits = Object.fromEntries(
        Object.entries(node.exits).map(([cause, id]) => [cause, id === undefined ? id : change(id)]),
      );
      return { ...node, exits, next: change(node.next) };
    }
    case "branch": {
      const cases = node.cases.map((one) => ({ ...one, next: change(one.next) }));
      return { ...node, cases, otherwise: change(node.otherwise) };
    }
    case "transfer":
      return { ...node, onFailure: change(node.onFailure) };
    case "hangup":
      return node;
    default:
      return { ...node, next: change(node.next) };
  }
}

/** Where a node may lead, in the order of its fields. */
export function targetsOf(node: FlowNode): string[] {
  const targets: string[] = [];
  mapTargets(node, (id) => {
    targets.push(id);
    return id;
  });
  return targets;
}

/** All nodes as a caller may meet them, breadth first from the start; those that nothing leads to come last. */
export function orderNodes(flow: Flow): { id: string; isReachable: boolean }[] {
  const seen = new Set<string>();
  const waiting = [flow.start, ...(flow.fallback === undefined ? [] : [flow.fallback])];
  for (const id of waiting) {
    const node = flow.nodes[id];
    if (node === undefined || seen.has(id)) continue;
    seen.add(id);
    waiting.push(...targetsOf(node));
  }
  const rest = Object.keys(flow.nodes).filter((id) => !seen.has(id));
  return [
    ...[...seen].map((id) => ({ id, isReachable: true })),
    ...rest.map((id) => ({ id, isReachable: false })),
  ];
}

/** Renames a node and everything that leads to it. `to` must be free. */
export function renameNode(flow: Flow, from: string, to: string): Flow {
  const change = (id: string) => (id === from ? to : id);
  const nodes = Object.fromEntries(
    Object.entries(flow.nodes).map(([id, node]) => [change(id), mapTargets(node, change)]),
  );
  return {
    ...flow,
    start: change(flow.start),
    ...(flow.fallback !== undefined && { fallback: change(flow.fallback) }),
    nodes,
  };
}

/** Takes a node out; what led to it leads nowhere, which the server names as a problem. */
export function removeNode(flow: Flow, id: string): Flow {
  const { [id]: _, ...nodes } = flow.nodes;
  return { ...flow, nodes };
}

export function setNode(flow: Flow, id: string, node: FlowNode): Flow {
  return { ...flow, nodes: { ...flow.nodes, [id]: node } };
}

/** `menu`, `menu-2`, `menu-3`, … whichever is free. */
export function freeId(flow: Flow, kind: string): string {
  let id = kind;
  for (let count = 2; flow.nodes[id] !== undefined; count++) id = `${kind}-${count}`;
  return id;
}

/** A node of a kind as the editor starts with it; it leads to `target`, and its queue is `queueId`. */
export function newNode(kind: flow.FlowNodeKind, target: string, queueId: string): FlowNode {
  switch (kind) {
    case "play":
      return { kind, prompts: [{ prompt: "welcome" }], interruptible: true, next: target };
    case "menu":
      return {
        kind,
        prompts: [{ prompt: "main-menu" }],
        options: [{ digit: "1", next: target }],
        invalidPrompts: [{ prompt: "invalid" }],
        timeoutPrompts: [{ prompt: "timeout" }],
        retries: 2,
        digitTimeoutMs: 5_000,
        onFailure: target,
      };
    case "hours":
      return { kind, ...officeHours(), holidays: [], open: target, closed: target };
    case "branch": {
      const on = { what: "attribute" as const, key: "tier" };
      return { kind, on, cases: [{ equals: "vip", next: target }], otherwise: target };
    }
    case "language":
      return { kind, language: "en", next: target };
    case "queue":
      return { kind, queueId, priority: 0, exits: {}, next: target };
    case "callback":
      return { kind, queueId, priority: 0, next: target };
    case "voicemail": {
      const greeting = [{ prompt: "voicemail-greeting" }];
      return { kind, queueId, greeting, maxSeconds: 120, silenceSeconds: 5, next: target };
    }
    case "hangup":
      return { kind, prompts: [] };
    case "transfer":
      return { kind, to: "", prompts: [{ prompt: "transfer" }], onFailure: target };
    case "set":
      return { kind, key: "note", value: "", next: target };
  }
}

/** The hours that an hours node starts with, in the zone of this machine. */
export function officeHours() {
  const timezone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return { timezone, weekly: [{ days: [1, 2, 3, 4, 5], from: "09:00", to: "17:00" }] };
}

/** The node that a problem's path (`nodes.main-menu.options.2`, or with slashes) is about; null for the flow itself. */
export function nodeOfPath(path: string): string | null {
  const [first, id] = path.split(/[./]/).filter((part) => part !== "");
  return first === "nodes" && id !== undefined ? id : null;
}

/** `09:00-12:00, 13:30-17:00` and back; a text that isn't such intervals gives null. */
export function parseIntervals(text: string): flow.OpenInterval[] | null {
  const parts = text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
  const intervals = parts.map((part) => /^(\d{2}:\d{2})\s*[-–]\s*(\d{2}:\d{2})$/.exec(part));
  if (intervals.some((match) => match === null)) return null;
  return intervals.map((match) => ({ from: match?.[1] ?? "", to: match?.[2] ?? "" }));
}

export function formatIntervals(intervals: readonly flow.OpenInterval[]): string {
  return intervals.map(({ from, to }) => `${from}-${to}`).join(", ");
}
