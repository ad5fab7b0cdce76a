import { canonicalHeaderName } from "../grammar/header-names.ts";
import type { Header } from "../grammar/message.ts";

/** A client's payload: its fields, and the SIP message that it may carry. */
export interface ControlRequest {
  readonly id: string;
  readonly verb: string;
  readonly args: readonly string[];
  readonly message: AppMessage;
}

/** A SIP message as an application writes it: incomplete, and with a Content-Length that counts characters. */
export interface AppMessage {
  readonly startLine: string;
  readonly headers: readonly Header[];
  readonly body: Buffer;
}

const tokenPattern = /^[A-Za-z0-9\-.!%*_+`'~]+$/;

export function readControlRequest(payload: Buffer): ControlRequest {
  const metaEnd = payload.indexOf("\r\n");
  const meta = payload.toString("latin1", 0, metaEnd === -1 ? payload.length : metaEnd);
  const [id = "", verb = "", ...args] = meta.split("|");
  const rest = metaEnd === -1 ? Buffer.alloc(0) : payload.subarray(metaEnd + 2);
  return { id, verb, args, message: readAppMessage(rest) };
}

/** Lines that are no header are skipped, as drachtio does. */
function readAppMessage(bytes: Buffer): AppMessage {
  const headEnd = bytes.indexOf("\r\n\r\n");
  const head = bytes.toString("latin1", 0, headEnd === -1 ? bytes.length : headEnd);
  const [startLine = "", ...lines] = head.split("\r\n");
  const headers = lines.flatMap((line) => {
    const colon = line.indexOf(":");
    const name = line.slice(0, Math.max(0, colon)).trim();
    const value = line
      .slice(colon + 1)
      .replaceAll(/[\r\n]+/g, " ")
      .trim();
    return tokenPattern.test(name) ? [{ name: canonicalHeaderName(name), value }] : [];
  });
  return { startLine, headers, body: headEnd === -1 ? Buffer.alloc(0) : bytes.subarray(headEnd + 4) };
}
