/** A flow as a graph: which node leads where, and which edges a caller travels without doing anything. */
import type { Flow, FlowNode } from "../../contract/flow.ts";

export interface FlowEdge {
  to: string;
  /** Where the target is written, below the node: ["options", "2", "next"]. */
  path: string[];
  /**
   * The caller gets along this edge by pressing, speaking to someone, or waiting out a queue's limit. A cycle that
   * has no such edge goes round by itself, for ever, on a line where nobody is left.
   */
  needsCaller: boolean;
}

const byItself = (to: string, ...path: string[]): FlowEdge => ({ to, path, needsCaller: false });
const byCaller = (to: string, ...path: string[]): FlowEdge => ({ to, path, needsCaller: true });

/** Every edge that leaves a node, in the order in which they are written. */
export function edgesFrom(node: FlowNode): FlowEdge[] {
  switch (node.kind) {
    case "menu":
      return [
        ...node.options.map((option, index) => byCaller(option.next, "options", String(index), "next")),
        byItself(node.onFailure, "onFailure"),
      ];
    case "hours":
      return [byItself(node.open, "open"), byItself(node.closed, "closed")];
    case "queue":
      return [
        ...Object.entries(node.exits).map(([cause, to]) =>
          cause === "max-wait" || cause === "exit-key" || cause === "callback"
            ? byCaller(to, "exits", cause)
            : byItself(to, "exits", cause),
        ),
        byItself(node.next, "next"),
      ];
    case "branch":
      return [
        ...node.cases.map(({ next }, index) => byItself(next, "cases", String(index), "next")),
        byItself(node.otherwise, "otherwise"),
      ];
    case "transfer":
      return [byItself(node.onFailure, "onFailure")];
    case "hangup":
      return [];
    case "callback":
      return [byCaller(node.next, "next")];
    case "play":
    case "language":
    case "set":
    case "voicemail":
      return [byItself(node.next, "next")];
  }
}

/** The nodes that can be reached from the start or from the fallback. */
export function reachableNodes(flow: Flow): Set<string> {
  const reached = new Set<string>();
  const open = flow.fallback === undefined ? [flow.start] : [flow.start, flow.fallback];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    const node = Object.hasOwn(flow.nodes, id) ? flow.nodes[id] : undefined;
    if (!node || reached.has(id)) continue;
    reached.add(id);
    open.push(...edgesFrom(node).map((edge) => edge.to));
  }
  return reached;
}

/**
 * The cycles that go round without the caller, each as the list of its nodes in order. Every node that lies on
 * such a cycle is in exactly one list's neighbourhood: one cycle is reported per knot, not all combinations.
 */
export function idleCycles(flow: Flow): string[][] {
  const done = new Set<string>();
  const cycles: string[][] = [];
  for (const id of Object.keys(flow.nodes)) {
    if (!done.has(id)) findCycles(flow, id, done, cycles);
  }
  return cycles;
}

/** Depth first, with a stack of its own: a flow of thousands of nodes in a row must not overflow the real one. */
function findCycles(flow: Flow, start: string, done: Set<string>, cycles: string[][]): void {
  const path: { id: string; targets: string[] }[] = [{ id: start, targets: idleTargets(flow, start) }];
  const onPath = new Set([start]);
  for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
    const next = top.targets.shift();
    if (next === undefined) {
      path.pop();
      onPath.delete(top.id);
      done.add(top.id);
    } else if (onPath.has(next)) {
      const from = path.findIndex((entry) => entry.id === next);
      cycles.push(path.slice(from).map((entry) => entry.id));
    } else if (!done.has(next)) {
      path.push({ id: next, targets: idleTargets(flow, next) });
      onPath.add(next);
    }
  }
}

function idleTargets(flow: Flow, id: string): string[] {
  const node = Object.hasOwn(flow.nodes, id) ? flow.nodes[id] : undefined;
  return node ? edgesFrom(node).flatMap((edge) => (edge.needsCaller ? [] : [edge.to])) : [];
}
