import { describe, expect, it } from "vitest";
import { demoFlow } from "./demo-flow.ts";
import { heard, rehearse } from "./rehearse.ts";

const flow = demoFlow({ salesQueueId: "q-sales", supportQueueId: "q-support" });
const options = { startsAt: Date.parse("2026-11-30T10:00:00Z") };

describe("a rehearsal", () => {
  it("tells what a caller hears who goes to support in Mandarin and ends in voicemail", () => {
    const script = [{ press: "2" }, { press: "2" }, { queue: "exit-key" }, { message: true }] as const;
    const rehearsal = rehearse(flow, script, options);
    expect(heard(rehearsal)).toEqual([
      "welcome (en)",
      "welcome (zh)",
      "language-menu (en)",
      "language-menu (zh)",
      "main-menu (zh)",
      "voicemail-greeting (zh)",
      "goodbye (zh)",
    ]);
    expect(rehearsal.misfit).toBeNull();
    expect(rehearsal.state.end?.how).toBe("hung-up-by-flow");
  });

  it("stops at an input that does not fit, and says so", () => {
    const rehearsal = rehearse(flow, [{ queue: "answered" }], options);
    expect(rehearsal.misfit).toBe("At node language-menu nothing waits for queue answered");
  });

  it("says when the call was over before the script", () => {
    const rehearsal = rehearse(flow, [{ hangUp: true }, { press: "1" }], options);
    expect(rehearsal.misfit).toBe("The call was over before press 1");
    expect(rehearsal.state.end?.how).toBe("hung-up-by-caller");
  });

  it("takes the closed way out of hours", () => {
    const closed = structuredClone(flow);
    const hours = closed.nodes["office-hours"];
    if (hours?.kind === "hours") hours.weekly = [];
    expect(heard(rehearse(closed, [], options))).toEqual(["out-of-hours (en)", "out-of-hours (zh)"]);
  });

  it("ends with the inputs, leaving the flow waiting", () => {
    const rehearsal = rehearse(flow, [{ press: "1" }, { silence: true }], options);
    expect(rehearsal.state).toMatchObject({ node: "main-menu", waiting: "collect", failedAttempts: 1 });
  });
});
