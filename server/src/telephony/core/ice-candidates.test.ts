import { describe, expect, it } from "vitest";
import { settleCandidates } from "./ice-candidates.ts";

const head = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n";
const loopback =
  "a=candidate:27 1 udp 2122194687 127.0.0.1 47547 typ host generation 0 network-id 3 network-cost 50\r\n";
const wire = "a=candidate:12 1 udp 2122063615 192.0.2.2 57453 typ host generation 0 network-id 1\r\n";
const wireSeenFromOutside =
  "a=candidate:31 1 udp 1685987071 198.51.100.7 57453 typ srflx raddr 192.0.2.2 rport 57453 network-id 1\r\n";
const wireIpv6 = "a=candidate:14 1 udp 2122134271 2001:db8::2 44479 typ host generation 0 network-id 2\r\n";
const tail = "a=ice-ufrag:gWt6\r\na=mid:0\r\n";

describe("candidates for FreeSWITCH", () => {
  it("are those of the cheapest networks, the best first, where the first one was", () => {
    const offer = head + loopback + wireSeenFromOutside + wire + wireIpv6 + tail;
    expect(settleCandidates(offer)).toBe(head + wireIpv6 + wire + wireSeenFromOutside + tail);
  });

  it("stay all, by priority, when their networks cost the same", () => {
    expect(settleCandidates(head + wire + wireIpv6 + tail)).toBe(head + wireIpv6 + wire + tail);
    expect(settleCandidates(head + loopback + tail)).toBe(head + loopback + tail);
  });

  it("are settled in each stream for itself", () => {
    const video = "m=video 9 UDP/TLS/RTP/SAVPF 96\r\n" + loopback;
    expect(settleCandidates(head + loopback + wire + video)).toBe(head + wire + video);
  });

  it("leave descriptions without any, and lines that are none, as they were", () => {
    const plain =
      "v=0\nm=audio 4000 RTP/AVP 0\na=candidate:\na=candidate:1 1 udp much 127.0.0.1 1 typ host\n";
    expect(settleCandidates(plain)).toBe(plain);
    expect(settleCandidates("")).toBe("");
  });
});
