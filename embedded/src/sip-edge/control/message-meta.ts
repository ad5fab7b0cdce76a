import type { Address, Protocol } from "../transport/flow.ts";

/** Where a SIP message came from or went to, as the control protocol tells it. */
export interface MessageMeta {
  readonly source: "network" | "application";
  readonly bytes: number;
  readonly protocol: Protocol;
  readonly address: Address;
  readonly atMs: number;
}

/** source, bytes, proto, address, port, time: drachtio's order. Websockets are told as tcp, as it does. */
export function formatMeta(meta: MessageMeta): string[] {
  const protocol = meta.protocol === "ws" || meta.protocol === "wss" ? "tcp" : meta.protocol;
  return [
    meta.source,
    String(meta.bytes),
    protocol,
    meta.address.host,
    String(meta.address.port),
    formatTime(meta.atMs),
  ];
}

/** HH:MM:SS.uuuuuu in UTC. */
export function formatTime(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(11, 23)}000`;
}
