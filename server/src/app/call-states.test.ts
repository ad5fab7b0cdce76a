import { describe, expect, it } from "vitest";
import { CallStates, sayCalls } from "./call-states.ts";

describe("the calls of a process by where they stand", () => {
  it("follow their ledgers: flow, queue, talk, back into the queue, gone", () => {
    const states = new CallStates();
    const said = () => sayCalls(states.count());
    expect(said()).toBe("no call");
    states.note("a", { type: "interaction.started" });
    states.note("b", { type: "interaction.started" });
    expect(said()).toBe("2 calls (2 in a flow)");
    states.note("a", { type: "queue.entered" });
    states.note("a", { type: "offer.made" });
    expect(said()).toBe("2 calls (1 in a flow, 1 waiting)");
    states.note("a", { type: "queue.left" });
    states.note("a", { type: "talk.started" });
    states.note("b", { type: "interaction.ended" });
    states.note("b", { type: "recording.stopped" }); // comes after the end
    expect(said()).toBe("1 call (1 talking)");
    states.note("a", { type: "agent.lost" });
    expect(said()).toBe("1 call (1 waiting)");
  });
});
