import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import type { ServerEvent } from "./core/event.ts";

/** Somebody who may want an event. `wants` is asked first, so that unwanted events cost nothing to build. */
export interface EventListener {
  wants(name: string, subclass: string | undefined): boolean;
  deliver(event: ServerEvent): void;
}

function pad(value: number): string {
  return String(value).padStart(2, "0");
}

function localTime(date: Date): string {
  const day = `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
  return `${day} ${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`;
}

/** Hands events to the event-socket clients and gives each the headers that all events share. */
export class EventBus {
  readonly coreUuid = randomUUID();
  readonly hostname = hostname();
  readonly #listeners = new Set<EventListener>();
  readonly #address: string;
  #sequence = 0;

  constructor(address: string) {
    this.#address = address;
  }

  add(listener: EventListener): void {
    this.#listeners.add(listener);
  }

  remove(listener: EventListener): void {
    this.#listeners.delete(listener);
  }

  /**
   * Fires an event. `fill` adds its own headers and may return a body; it isn't called when nobody
   * listens.
   */
  fire(
    name: string,
    fill: (headers: Map<string, string>) => string | undefined | void,
    subclass?: string,
  ): void {
    this.#sequence++;
    const listeners = [...this.#listeners].filter((listener) => listener.wants(name, subclass));
    if (listeners.length === 0) return;
    const headers = this.#baseHeaders(name, subclass);
    const body = fill(headers);
    const event: ServerEvent = typeof body === "string" ? { name, headers, body } : { name, headers };
    for (const listener of listeners) listener.deliver(event);
  }

  /** The headers with which `CHANNEL_DATA` and the others begin. */
  #baseHeaders(name: string, subclass: string | undefined): Map<string, string> {
    const now = new Date();
    const headers = new Map([["Event-Name", name]]);
    if (subclass !== undefined) headers.set("Event-Subclass", subclass);
    headers.set("Core-UUID", this.coreUuid);
    headers.set("FreeSWITCH-Hostname", this.hostname);
    headers.set("FreeSWITCH-Switchname", this.hostname);
    headers.set("FreeSWITCH-IPv4", this.#address);
    headers.set("FreeSWITCH-IPv6", "::1");
    headers.set("Event-Date-Local", localTime(now));
    headers.set("Event-Date-GMT", now.toUTCString());
    headers.set("Event-Date-Timestamp", `${now.getTime()}000`);
    headers.set("Event-Calling-File", "embedded");
    headers.set("Event-Calling-Function", "fire");
    headers.set("Event-Calling-Line-Number", "1");
    headers.set("Event-Sequence", String(this.#sequence));
    return headers;
  }

  /** An event that only its caller gets (CHANNEL_DATA, `uuid_dump`). */
  build(name: string, fill: (headers: Map<string, string>) => void): ServerEvent {
    const headers = this.#baseHeaders(name, undefined);
    fill(headers);
    return { name, headers };
  }
}
