import { describe, expect, it } from "vitest";
import { silenceLimitFor, silenceLimits } from "./silence.ts";

const offer = (direction: string, address = "192.0.2.7", more = "") =>
  `v=0\r\no=- 1 1 IN IP4 192.0.2.7\r\ns=-\r\nc=IN IP4 ${address}\r\nt=0 0\r\n` +
  `m=audio 4000 RTP/AVP 0\r\n${more}a=${direction}\r\n`;
const hourMs = 3_600_000;

describe("the limit of a party's silence", () => {
  it("is longer outside than for agents, and none where there is none", () => {
    expect(silenceLimits(20_000)).toEqual({ agentMs: 20_000, outsideMs: 60_000 });
    expect(silenceLimits(0)).toEqual({ agentMs: 0, outsideMs: 0 });
  });

  it.each([
    ["sendrecv", offer("sendrecv"), 20_000],
    ["sendonly (hold: music or nothing)", offer("sendonly"), hourMs],
    ["recvonly", offer("recvonly"), hourMs],
    ["inactive", offer("inactive"), hourMs],
    ["address 0.0.0.0 (hold)", offer("sendrecv", "0.0.0.0"), hourMs],
    ["address 0.0.0.0 with ICE", offer("sendrecv", "0.0.0.0", "a=ice-ufrag:x\r\n"), 20_000],
  ])("follows the offer: %s", (_what, sdp, expected) => {
    expect(silenceLimitFor(sdp, 20_000)).toBe(expected);
    expect(silenceLimitFor(sdp, 0)).toBe(0);
  });
});
