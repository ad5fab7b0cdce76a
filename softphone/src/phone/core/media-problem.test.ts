import { describe, expect, it } from "vitest";
import { classifyMediaError } from "./media-problem.ts";

const fine = { isSecure: true, isAllowedByPolicy: true };
const error = (name: string, message = "") => ({ name, message });

describe("a microphone that can't be had", () => {
  it.each([
    ["NotAllowedError", "Permission denied", "permission-denied"],
    ["NotAllowedError", "Permission dismissed", "permission-dismissed"],
    ["NotAllowedError", "Permission denied by system", "system-denied"],
    ["NotFoundError", "Requested device not found", "no-device"],
    ["OverconstrainedError", "", "device-gone"],
    ["NotReadableError", "Could not start audio source", "device-in-use"],
    ["SecurityError", "", "policy"],
    ["SomethingNew", "", "unknown"],
  ])("%s (%s) is told as %s", (name, message, problem) => {
    expect(classifyMediaError(error(name, message), fine)).toBe(problem);
  });
  it("is blamed on the page before it is blamed on the person", () => {
    expect(classifyMediaError(error("TypeError"), { isSecure: false, isAllowedByPolicy: true })).toBe(
      "insecure-context",
    );
    expect(classifyMediaError(error("NotAllowedError"), { isSecure: true, isAllowedByPolicy: false })).toBe(
      "policy",
    );
  });
});
