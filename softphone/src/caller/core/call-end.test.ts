import { expect, it } from "vitest";
import { endOfRefusal, endOfStatus } from "./call-end.ts";

it.each([
  [404, "number-not-open"],
  [403, "number-not-open"],
  [486, "busy"],
  [480, "no-answer"],
  [503, "no-capacity"],
  [500, "failed"],
])("a call refused with %d is told as %s", (status, end) => {
  expect(endOfStatus(status)).toBe(end);
});
it.each([
  ["not-found", "number-not-open"],
  ["rate-limited", "too-many-calls"],
  ["unavailable", "no-capacity"],
  ["network", "network"],
  ["internal", "failed"],
])("a credential refused as %s is told as %s", (code, end) => {
  expect(endOfRefusal(code)).toBe(end);
});
