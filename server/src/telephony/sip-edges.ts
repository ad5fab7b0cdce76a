import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import type { SipRequest, SipResponse } from "./drachtio.ts";
import { SipEdge } from "./sip-edge.ts";
import type { SipEdgeConfig } from "./sip-edge.ts";

/** The SIP edges. What came over one of them, or was begun there, goes on there. */
export class SipEdges {
  readonly all: readonly SipEdge[];
  readonly #edgeOf = new WeakMap<SipRequest, SipEdge>();
  #turn = 0;

  constructor(configs: readonly SipEdgeConfig[], clock: Clock, log: Log) {
    this.all = configs.map((config) => new SipEdge(config, clock, log));
  }

  /** Whether any edge is connected. */
  get isUp(): boolean {
    return this.all.some(({ isUp }) => isUp);
  }

  /** Names the edges that are away; "Connected" when there is none. */
  get sentence(): string {
    const away = this.all.filter(({ isUp }) => !isUp).map(({ sentence }) => sentence);
    return away.length === 0 ? "Connected" : away.join("; ");
  }

  /** By name; undefined when it is not configured any more. */
  find(name: string): SipEdge | undefined {
    return this.all.find((edge) => edge.name === name);
  }

  /** One that is up, each in its turn; undefined when there is none. */
  next(): SipEdge | undefined {
    const up = this.all.filter(({ isUp }) => isUp);
    return up[this.#turn++ % Math.max(1, up.length)];
  }

  /** The edge over which a request came. */
  of(request: SipRequest): SipEdge {
    const edge = this.#edgeOf.get(request);
    if (!edge) throw new Error("A request came over no edge");
    return edge;
  }

  /** The transport on which a request came to its edge. */
  transportOf(request: SipRequest, via: string | null): string {
    return this.of(request).transportOf(request, via);
  }

  /** Handles one method outside of dialogs, whichever edge it comes over; a handler that throws answers 500. */
  handle(method: string, handler: (request: SipRequest, response: SipResponse) => void): void {
    for (const edge of this.all) {
      edge.handle(method, (request, response) => {
        this.#edgeOf.set(request, edge);
        handler(request, response);
      });
    }
  }

  /** Hears when any of them comes up. */
  onUp(listener: (edge: SipEdge) => void): () => void {
    const stops = this.all.map((edge) => edge.onUp(() => listener(edge)));
    return () => {
      for (const stop of stops) stop();
    };
  }

  /** Hears when any of them goes down. */
  onDown(listener: (edge: SipEdge) => void): () => void {
    const stops = this.all.map((edge) => edge.onDown(() => listener(edge)));
    return () => {
      for (const stop of stops) stop();
    };
  }

  drain(): void {
    for (const edge of this.all) edge.drain();
  }

  close(): void {
    for (const edge of this.all) edge.close();
  }
}
