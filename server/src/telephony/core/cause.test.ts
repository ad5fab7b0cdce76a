import { describe, expect, it } from "vitest";
import {
  causeOfChannel,
  causeOfReason,
  causeOfSipStatus,
  hangUpCauses,
  reasonHeader,
  ringFailureOf,
} from "./cause.ts";

describe("causes", () => {
  it.each([
    [404, "not-found"],
    [408, "unreachable"],
    [486, "busy"],
    [487, "cancelled"],
    [488, "unsupported"],
    [503, "congestion"],
    [603, "declined"],
    [499, "failed"],
  ] as const)("SIP %i is %s", (status, cause) => {
    expect(causeOfSipStatus(status)).toBe(cause);
  });

  it.each([
    ["NORMAL_CLEARING", "normal"],
    ["MEDIA_TIMEOUT", "media-lost"],
    ["SYSTEM_SHUTDOWN", "shutdown"],
    ["SOMETHING_NEW", "failed"],
    [undefined, "failed"],
  ] as const)("a channel's %s is %s", (name, cause) => {
    expect(causeOfChannel(name)).toBe(cause);
  });

  it.each([
    ['Q.850;cause=16;text="NORMAL_CLEARING"', "normal"],
    ["Q.850 ; cause=17", "busy"],
    ['SIP;cause=804;text="MEDIA_TIMEOUT"', "media-lost"],
    ['SIP ;cause=604 ;text="MEDIA_TIMEOUT"', "media-lost"],
    ['SIP ;cause=200 ;text="Session timer expired"', "session-expired"],
    ["SIP;cause=200", "normal"],
    ["SIP;cause=486", "busy"],
    ["Q.850;cause=99", "failed"],
    ["nonsense", null],
    [undefined, null],
  ] as const)("the reason %s is %s", (header, cause) => {
    expect(causeOfReason(header)).toBe(cause);
  });

  it("each have a Reason header that says them", () => {
    for (const cause of hangUpCauses)
      expect(reasonHeader(cause)).toMatch(/^Q\.850;cause=\d+;text="[a-z-]+"$/);
  });
});

describe("a ring that failed", () => {
  it.each([
    [480, true, "declined"],
    [480, false, "unreachable"],
    [486, false, "declined"],
    [603, true, "declined"],
    [408, true, "no-answer"],
    [408, false, "unreachable"],
    [410, false, "unreachable"],
    [503, false, "unreachable"],
    [500, true, "failed"],
    [488, true, "failed"],
  ] as const)("with %i (rang: %s) was %s", (status, wasRinging, cause) => {
    expect(ringFailureOf(status, wasRinging)).toBe(cause);
  });
});
