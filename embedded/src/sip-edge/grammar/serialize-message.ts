import type { SipMessage } from "./message.ts";

/** Content-Length is always ours: the last header, counting the bytes that follow. */
export function serializeMessage(message: SipMessage): Buffer {
  const lines = [startLineOf(message)];
  for (const { name, value } of message.headers) {
    if (name.toLowerCase() !== "content-length") lines.push(`${name}: ${value}`);
  }
  lines.push(`Content-Length: ${String(message.body.length)}`, "", "");
  return Buffer.concat([Buffer.from(lines.join("\r\n"), "latin1"), message.body]);
}

export function startLineOf(message: SipMessage): string {
  return message.type === "request"
    ? `${message.method} ${message.uri} SIP/2.0`
    : `SIP/2.0 ${String(message.status)} ${message.reason}`;
}
