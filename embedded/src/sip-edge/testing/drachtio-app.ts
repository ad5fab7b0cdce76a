import { createRequire } from "node:module";

/** The part of unmodified drachtio-srf that the tests use; it ships no types. */
export interface SrfMessage {
  readonly method: string;
  readonly status: number;
  readonly reason: string;
  readonly uri: string;
  readonly body: string;
  readonly source_address: string;
  readonly source_port: number;
  readonly protocol: string;
  readonly stackTxnId: string;
  get(name: string): string;
  has(name: string): boolean;
}

export interface SrfRequest extends SrfMessage {
  readonly receivedOn: string;
  on(event: "cancel", run: () => void): void;
  on(event: "response", run: (response: SrfMessage, ack: (opts?: object) => void) => void): void;
  cancel(callback?: (error: Error | null) => void): void;
}

export interface SrfResponse {
  send(status: number, opts?: object, callback?: (error: unknown, response: SrfMessage) => void): void;
}

export interface SrfDialog {
  readonly id: string;
  readonly connected: boolean;
  readonly sip: { readonly callId: string; readonly localTag: string; readonly remoteTag: string };
  readonly remote: { readonly sdp: string; readonly uri: string };
  on(event: "destroy", run: (request: SrfRequest, reason: string) => void): void;
  on(event: "ack", run: (request: SrfRequest) => void): void;
  on(event: string, run: (request: SrfRequest, response: SrfResponse) => void): void;
  destroy(): Promise<unknown>;
  modify(sdp: string, opts?: object): Promise<string>;
  request(opts: object): Promise<SrfMessage>;
}

type Handler = (request: SrfRequest, response: SrfResponse) => void;

export interface Srf {
  on(event: "connect", run: (error: Error | null, hostPorts: string) => void): void;
  on(event: "error", run: (error: Error) => void): void;
  connect(opts: object): void;
  disconnect(): void;
  invite(handler: Handler): void;
  register(handler: Handler): void;
  options(handler: Handler): void;
  use(method: string, handler: Handler): void;
  createUAS(request: SrfRequest, response: SrfResponse, opts: object): Promise<SrfDialog>;
  createUAC(uri: string, opts: object, callbacks?: object): Promise<SrfDialog>;
  request(uri: string, opts: object, callback: (error: Error | null, request: SrfRequest) => void): void;
}

const Srf = createRequire(import.meta.url)("drachtio-srf") as new () => Srf;

/** Connects one application to a control port; rejects when it isn't let in. */
export async function connectApp(port: number, secret = "cymru"): Promise<Srf> {
  const srf = new Srf();
  await new Promise<void>((resolve, reject) => {
    srf.on("error", reject);
    srf.on("connect", (error) => {
      if (error === null) resolve();
      else reject(error);
    });
    srf.connect({ host: "127.0.0.1", port, secret });
  });
  return srf;
}
