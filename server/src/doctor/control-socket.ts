/** drachtio's control port: signs in, and hears what it listens on. No request is asked for, so no call comes here. */
import { randomUUID } from "node:crypto";
import { connect } from "node:net";
import type { DrachtioAddress } from "../config.ts";
import { Refused } from "./event-socket.ts";

export interface Announced {
  version: string | null;
  listeners: string[];
}

export async function askDrachtio(
  { host, port, secret }: DrachtioAddress,
  signal: AbortSignal,
): Promise<Announced> {
  const socket = connect({ host, port });
  const close = () => socket.destroy();
  signal.addEventListener("abort", close);
  try {
    // Each message: its length, #, an id, |, what it is.
    const message = `${randomUUID()}|authenticate|${secret}|`;
    socket.write(`${Buffer.byteLength(message)}#${message}`);
    let text = "";
    for await (const chunk of socket as AsyncIterable<Buffer>) {
      text += chunk.toString("utf8");
      const [, length, rest = ""] = /^(\d+)#([\s\S]*)$/.exec(text) ?? [];
      if (length === undefined && text.length > 10) throw new Refused("this is no drachtio");
      if (length === undefined || rest.length < Number(length)) continue;
      return read(rest.slice(0, Number(length)));
    }
    throw new Refused("the connection was closed");
  } finally {
    signal.removeEventListener("abort", close);
    close();
  }
}

function read(answer: string): Announced {
  const [, kind, , verdict, listeners = "", version] = answer.split("|");
  if (kind !== "response") throw new Refused("this is no drachtio");
  if (verdict !== "OK") throw new Refused("DRACHTIO_SECRET is not its secret");
  return { version: version ?? null, listeners: listeners.split(",").filter((each) => each !== "") };
}
