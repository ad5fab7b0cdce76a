import { expect, it } from "vitest";
import type { LegEnd } from "../telephony/telephony.ts";
import { partingOf } from "./parting.ts";

function legThatEnded(end: LegEnd): { signal: AbortSignal } {
  return { signal: AbortSignal.abort(end) };
}

it("a leg that is up has no parting", () => {
  expect(partingOf({ signal: new AbortController().signal })).toBeNull();
});

it("a caller's BYE is a caller who hung up; our shutdown and a lost media server are not", () => {
  expect(partingOf(legThatEnded({ by: "remote", cause: "normal" }))).toEqual({
    by: "customer",
    cause: "hung-up",
  });
  expect(partingOf(legThatEnded({ by: "local", cause: "shutdown" }))).toEqual({
    by: "system",
    cause: "shutdown",
  });
  expect(partingOf(legThatEnded({ by: "system", cause: "media-lost" }))).toEqual({
    by: "system",
    cause: "media-lost",
  });
});
