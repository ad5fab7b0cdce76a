import { expect, it } from "vitest";
import { judgeLog, keepSecret } from "./privacy.ts";

it("a log that tells a number, or does not name the call that a line is about, is found out", () => {
  keepSecret("+15550142", "12");
  const line = (fields: object) => JSON.stringify({ level: "info", ...fields });
  expect(judgeLog(["Ringdown is running 15550142", line({ callId: "c", offerId: "12" })].join("\n"))).toEqual(
    [],
  );
  expect(judgeLog(line({ error: "sip:15550142@x" }))).toHaveLength(1);
  expect(judgeLog(line({ recordingId: "r" }))).toHaveLength(1);
  expect(judgeLog(line({ interactionId: "i", callId: "c" }))).toHaveLength(1);
  expect(judgeLog(JSON.stringify({ level: "debug", from: "15550142" }))).toEqual([]);
});
