import { expect, it } from "vitest";
import { createManualClock } from "../base/clock.manual.ts";
import { promptly } from "./promptly.ts";

it("passes on what comes in time, and the refusal too", async () => {
  const clock = createManualClock();
  await expect(promptly(clock, Promise.resolve("done"))).resolves.toBe("done");
  await expect(promptly(clock, Promise.reject(new Error("no")))).rejects.toThrow("no");
});

it("says unavailable after three seconds", async () => {
  const clock = createManualClock();
  const asked = promptly(clock, new Promise(() => {}));
  const told = expect(asked).rejects.toMatchObject({ code: "unavailable" });
  clock.advance(3_000);
  await told;
});
