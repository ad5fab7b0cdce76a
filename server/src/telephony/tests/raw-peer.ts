/** Sends SIP as text from a UDP port and keeps what comes back: for messages that no telephone would send. */
import { createSocket } from "node:dgram";
import { randomBytes } from "node:crypto";
import { waitFor } from "../../tests/rig/wait-for.ts";

export interface RawPeer {
  readonly port: number;
  /**
   * Sends lines joined by CRLF, with the body behind; resolves with the first final response that has the mark
   * (the Call-ID by default).
   */
  ask(lines: string[], body?: string, mark?: string): Promise<string>;
  /** Sends a request that gets no response (ACK). */
  tell(lines: string[]): void;
  send(text: string): void;
  close(): Promise<void>;
}

export async function openRawPeer(
  at: { host: string; port: number },
  address = "127.0.0.1",
): Promise<RawPeer> {
  const socket = createSocket("udp4");
  const received: string[] = [];
  socket.on("message", (data) => {
    const text = data.toString();
    received.push(text);
    if (text.startsWith("BYE ")) socket.send(okTo(text), at.port, at.host);
  });
  await new Promise<void>((resolve) => socket.bind(0, address, resolve));
  const { port } = socket.address();
  const send = (text: string) => socket.send(text, at.port, at.host);
  const fill = (lines: string[], callId: string, body: string): string => {
    const filled = lines.map((line) =>
      line
        .replaceAll("{callId}", callId)
        .replaceAll("{address}", address)
        .replaceAll("{port}", String(port))
        .replaceAll("{branch}", `z9hG4bK${randomBytes(8).toString("hex")}`),
    );
    return `${[...filled, `Content-Length: ${Buffer.byteLength(body)}`].join("\r\n")}\r\n\r\n${body}`;
  };
  return {
    port,
    send,
    tell: (lines) => send(fill(lines, "", "")),
    async ask(lines, body = "", mark) {
      const callId = `${randomBytes(8).toString("hex")}@raw`;
      const from = received.length;
      send(fill(lines, callId, body));
      return waitFor(
        `an answer to ${lines[0]}`,
        () =>
          received.slice(from).find((text) => text.includes(mark ?? callId) && /^SIP\/2\.0 [2-6]/.test(text)),
        { timeoutMs: 5_000, intervalMs: 5 },
      );
    },
    close: () =>
      new Promise((resolve) => {
        socket.close(() => resolve());
      }),
  };
}

/** 200 to a BYE, so that the other side need not repeat it. */
function okTo(request: string): string {
  const copied = request.split("\r\n").filter((line) => /^(Via|From|To|Call-ID|CSeq):/i.test(line));
  return ["SIP/2.0 200 OK", ...copied, "Content-Length: 0", "", ""].join("\r\n");
}

export const plainOffer = [
  "v=0",
  "o=raw 1 1 IN IP4 127.0.0.1",
  "s=-",
  "c=IN IP4 127.0.0.1",
  "t=0 0",
  "m=audio 40000 RTP/AVP 0",
  "",
].join("\r\n");

/** A whole INVITE; `change` replaces headers by name (null: leave out). */
export function inviteLines(to: string, change: Record<string, string | null> = {}): string[] {
  const headers: Record<string, string | null> = {
    Via: "SIP/2.0/UDP {address}:{port};branch={branch};rport",
    "Max-Forwards": "70",
    From: "<sip:+15550177@127.0.0.1>;tag=raw",
    To: `<sip:${to}@127.0.0.1>`,
    "Call-ID": "{callId}",
    CSeq: "1 INVITE",
    Contact: "<sip:raw@{address}:{port}>",
    "Content-Type": "application/sdp",
    ...change,
  };
  const lines = Object.entries(headers).flatMap(([name, value]) =>
    value === null ? [] : [`${name}: ${value}`],
  );
  return [`INVITE sip:${to}@127.0.0.1 SIP/2.0`, ...lines];
}
