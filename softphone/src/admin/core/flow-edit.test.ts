import { flow as contract } from "@ringdown/contract";
import { describe, expect, it } from "vitest";
import {
  formatIntervals,
  freeId,
  newNode,
  nodeOfPath,
  orderNodes,
  parseIntervals,
  removeNode,
  renameNode,
  targetsOf,
} from "./flow-edit.ts";

const flow: contract.Flow = {
  version: 1,
  language: "en",
  start: "menu",
  fallback: "bye",
  nodes: {
    lonely: newNode("play", "bye", "q"),
    bye: newNode("hangup", "", ""),
    queue: { ...newNode("queue", "bye", "q"), exits: { "no-agents": "menu" } } as contract.FlowNode,
    menu: {
      ...newNode("menu", "bye", "q"),
      options: [
        { digit: "1", next: "queue" },
        { digit: "2", next: "bye" },
      ],
    } as contract.FlowNode,
  },
};

describe("editing a flow", () => {
  it("lists nodes as a caller meets them, then those that nothing leads to", () => {
    expect(orderNodes(flow)).toEqual([
      { id: "menu", isReachable: true },
      { id: "bye", isReachable: true },
      { id: "queue", isReachable: true },
      { id: "lonely", isReachable: false },
    ]);
  });
  it("renames a node together with all that leads to it", () => {
    const renamed = renameNode(flow, "bye", "goodbye");
    expect(Object.keys(renamed.nodes)).toContain("goodbye");
    expect(renamed.fallback).toBe("goodbye");
    expect(JSON.stringify(renamed)).not.toContain('"bye"');
    expect(renameNode(renamed, "goodbye", "bye")).toEqual(flow);
  });
  it("removes a node and leaves the problem to be seen", () => {
    const without = removeNode(flow, "queue");
    expect(without.nodes["queue"]).toBeUndefined();
    expect(targetsOf(without.nodes["menu"] ?? newNode("hangup", "", ""))).toContain("queue");
  });
  it("finds a free id", () => {
    expect(freeId(flow, "menu")).toBe("menu-2");
    expect(freeId(flow, "hours")).toBe("hours");
  });
  it.each(contract.FlowNode.options.map((option) => option.shape.kind.value))(
    "starts a %s node as the contract wants it, but for what only a person can fill in",
    (kind) => {
      const node = newNode(kind, "bye", "q1");
      const filled = node.kind === "transfer" ? { ...node, to: "+15550100" } : node;
      expect(contract.FlowNode.safeParse(filled).error).toBeUndefined();
    },
  );
  it("knows which node a problem is about", () => {
    expect(nodeOfPath("nodes.main-menu.options.2")).toBe("main-menu");
    expect(nodeOfPath("/nodes/bye/prompts")).toBe("bye");
    expect(nodeOfPath("start")).toBeNull();
  });
  it("reads and writes opening times", () => {
    const intervals = [
      { from: "09:00", to: "12:00" },
      { from: "13:30", to: "17:00" },
    ];
    expect(parseIntervals("09:00-12:00, 13:30 - 17:00")).toEqual(intervals);
    expect(parseIntervals(formatIntervals(intervals))).toEqual(intervals);
    expect(parseIntervals("")).toEqual([]);
    expect(parseIntervals("nine to five")).toBeNull();
  });
});
