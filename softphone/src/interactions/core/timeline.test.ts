import { ledger } from "@ringdown/contract";
import { describe, expect, it } from "vitest";
import english from "../../i18n/en.json" with { type: "json" };
import { detailsOf, toneOf, wordsOf, type Wording } from "./timeline.ts";

const wording: Wording = {
  caller: (from) => from,
  person: (id) => `person ${id}`,
  queue: (id) => `queue ${id}`,
  flow: (id) => `flow ${id}`,
  disposition: (id) => `disposition ${id}`,
  duration: (ms) => `${ms / 1_000} s`,
  node: (id) => id,
  word: (_, value) => `<${value}>`,
};

describe("the timeline's words", () => {
  it("name people and queues, not ids", () => {
    const words = wordsOf(
      { type: "offer.ended", offerId: "o", agentId: "7", queueId: "q", cause: "no-answer", ringMs: 20_000 },
      wording,
    );
    expect(words).toEqual({ agent: "person 7", cause: "<no-answer>", ring: "20 s" });
  });
  it("say where a queue sent a caller on, and what it asked of the agent", () => {
    const sentOn = (to: "queue" | "number" | "voicemail", target: string | null) =>
      wordsOf({ type: "queue.overflowed", queueId: "q", cause: "max-wait", to, target }, wording)["to"];
    expect(sentOn("queue", "q2")).toBe("queue q2");
    expect(sentOn("number", "+15550100")).toBe("+15550100");
    expect(sentOn("voicemail", null)).toBe("<voicemail>");
    const entered = { type: "queue.entered", queueId: "q", priority: 0, enqueuedAt: 1 } as const;
    expect(detailsOf(entered, wording)).toEqual([]);
    const sticky = { agentId: "7", because: "last-agent" } as const;
    expect(detailsOf({ ...entered, requirement: "language=zh", ageMs: 60_000, sticky }, wording)).toEqual([
      { key: "requirement", words: { requirement: "language=zh" } },
      { key: "age", words: { age: "60 s" } },
      { key: "sticky", words: { agent: "person 7" } },
    ]);
    const told = { type: "queue.announced", position: 1, waiting: 2, estimatedWaitMs: 61_000 } as const;
    expect(detailsOf(told, wording)).toEqual([{ key: "estimate", words: { minutes: 2 } }]);
  });
  it("mark what went wrong", () => {
    expect(toneOf({ type: "queue.left", queueId: "q", cause: "abandoned", waitMs: 1 })).toBe("bad");
    expect(toneOf({ type: "talk.started", agentId: "a", queueId: "q", answerToBridgeMs: 1 })).toBe("good");
  });

  const types = ledger.LedgerEvent.options.map((option) => option.shape.type.value);
  const sentenceOf = (type: string): unknown =>
    type.split(".").reduce<unknown>((part, name) => (part as Record<string, unknown>)[name], english.ledger);

  it.each(types)("have a sentence for %s whose holes are all filled", (type) => {
    const sentence = String(sentenceOf(type));
    expect(typeof sentenceOf(type)).toBe("string");
    // Every field of every event, so that whichever the type reads is there.
    const event = { ...everyField, type } as unknown as ledger.LedgerEvent;
    const holes = [...sentence.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name ?? "");
    const words = wordsOf(event, wording);
    expect(holes.filter((hole) => words[hole] === undefined)).toEqual([]);
  });
});

const everyField = {
  number: "+15550177",
  try: 1,
  name: "n",
  mode: "closed",
  from: "f",
  to: "t",
  source: "web",
  flowId: "1",
  version: 2,
  language: "en",
  digits: "1",
  node: "n",
  cause: "c",
  by: "customer",
  outcome: "answered",
  queueId: "q",
  priority: 1,
  enqueuedAt: 1,
  position: 1,
  waiting: 2,
  waitMs: 1,
  agentId: "a",
  ringMs: 1,
  holdMs: 1,
  talkMs: 1,
  wrapUpMs: 1,
  durationMs: 1,
  expectedMs: 1,
  kind: "talk",
  dispositionId: null,
  where: "w",
  sentence: "s",
};
