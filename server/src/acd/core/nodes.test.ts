import { describe, expect, it } from "vitest";
import { createBoard } from "./board.ts";
import type { Effect, ReplyResult } from "./effect.ts";
import type { AcdEvent } from "./event.ts";
import { reduce } from "./reduce.ts";
import { defaultQueueSettings, oneCall } from "./settings.ts";

/** A board that hears several nodes, each line by its session and number. */
class Nodes {
  readonly board = createBoard();
  private now = 1_800_000_000_000;

  hear(session: string, line: number, event: AcdEvent): Effect[] {
    this.now += 1_000;
    return reduce(this.board, { session, line, at: this.now, event });
  }

  answer(session: string, line: number, event: AcdEvent): ReplyResult | undefined {
    const reply = this.hear(session, line, event).at(-1);
    return reply?.type === "reply" ? reply.result : undefined;
  }
}

const started: AcdEvent = { type: "node-started", nodeId: "n1" };
const queue: AcdEvent = { type: "queue-set", settings: { queueId: "q", ...defaultQueueSettings } };
const ann: AcdEvent = {
  type: "agent-set",
  ...{ agentId: "ann", routable: true, cause: "ready" },
  ...{ queues: [{ queueId: "q", priority: 0 }], capacity: oneCall },
};

function enters(interactionId: string): AcdEvent {
  const entry = { interactionId, queueId: "q", channel: "voice" as const, priority: 0, enqueuedAt: 0 };
  return { type: "enqueued", ...entry };
}

function office(): Nodes {
  const nodes = new Nodes();
  nodes.hear("n1/a", 1, started);
  nodes.hear("n1/a", 2, queue);
  return nodes;
}

describe("a node", () => {
  it("that is gone brings nobody in any more, however late its line lands", () => {
    const nodes = office();
    nodes.hear("n1/b", 1, started);
    expect(nodes.answer("n1/a", 3, enters("i1"))).toMatchObject({ code: "conflict" });
    expect([...nodes.board.callers.keys()]).toEqual([]);
  });

  it("that was taken for lost and brings somebody in counts as present: its silence is noticed again", () => {
    const nodes = office();
    nodes.hear("n2/a", 1, { type: "node-lost", session: "n1/a" });
    expect(nodes.answer("n1/a", 3, enters("i1"))).toBe("done");
    expect(nodes.board.nodes.get("n1")).toBe("n1/a");
    nodes.hear("n2/a", 2, { type: "node-lost", session: "n1/a" });
    expect([...nodes.board.callers.keys()]).toEqual([]);
  });

  it("that was taken for lost may send a line a second time: it is done once", () => {
    const nodes = office();
    nodes.hear("n1/a", 3, enters("i1"));
    nodes.hear("n2/a", 1, { type: "node-lost", session: "n1/a" });
    expect(nodes.hear("n1/a", 3, enters("i1"))).toEqual([]);
    expect([...nodes.board.callers.keys()]).toEqual([]);
  });

  it("that starts again has no agents in wrap-up, and remembers no former session", () => {
    const nodes = office();
    nodes.hear("n1/a", 3, ann);
    nodes.hear("n1/a", 4, enters("i1"));
    const offerId = [...nodes.board.offers.keys()][0] ?? "";
    nodes.hear("n1/a", 5, { type: "accepted", offerId });
    const told = nodes.hear("n1/b", 1, started).filter(({ type }) => type === "engagement");
    expect(told).toMatchObject([{ agentId: "ann", engagement: "idle" }]);
    expect([...nodes.board.lines.keys()]).toEqual(["n1/b"]);
    nodes.hear("n1/b", 2, ann);
    nodes.hear("n1/b", 3, enters("i2"));
    expect([...nodes.board.offers.values()]).toMatchObject([{ interactionId: "i2", agentId: "ann" }]);
  });
});
