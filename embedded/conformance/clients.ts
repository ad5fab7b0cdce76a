import { createRequire } from "node:module";
import type { Socket } from "node:net";

/*
 * The two client libraries, unmodified, and of their interfaces just what the suite uses (drachtio-fsmrf has no
 * types, those of drachtio-srf are incomplete).
 */

export interface SipMessageView {
  readonly method: string;
  readonly uri: string;
  readonly body: string;
  readonly callId: string;
  readonly protocol: string;
  readonly source_address: string;
  readonly source_port: string;
  get(name: string): string;
  has(name: string): boolean;
}

export interface Request extends SipMessageView {
  readonly isNewInvite: boolean;
  cancel(callback?: (error: unknown) => void): void;
  on(event: "cancel", listener: (cancel: SipMessageView) => void): this;
  on(
    event: "response",
    listener: (response: Response, ack: (options?: { body?: string }) => void) => void,
  ): this;
}

export interface SendOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Response extends SipMessageView {
  readonly status: number;
  readonly reason: string;
  send(
    status: number,
    options?: SendOptions,
    callback?: (error: unknown, sent?: SipMessageView) => void,
  ): void;
  send(
    status: number,
    reason: string,
    options?: SendOptions,
    callback?: (error: unknown, sent?: SipMessageView) => void,
  ): void;
}

export interface Dialog {
  readonly id: string;
  readonly sip: { readonly callId: string; readonly localTag: string; readonly remoteTag: string };
  readonly local: { readonly sdp: string };
  readonly remote: { readonly sdp: string };
  destroy(options?: SendOptions): Promise<unknown>;
  modify(sdp: string): Promise<string>;
  modify(options: { noAck: true }): Promise<{ sdp: string; ack(sdp: string): void }>;
  request(options: SendOptions & { method: string }): Promise<Response>;
  on(event: "destroy", listener: (bye: SipMessageView, reason?: string) => void): this;
  on(event: "ack", listener: (ack: SipMessageView) => void): this;
  on(
    event: "info" | "notify" | "refer" | "options" | "message" | "modify" | "update",
    listener: (request: Request, response: Response) => void,
  ): this;
}

export interface LateOffer {
  readonly sdp: string;
  readonly res: Response;
  ack(sdp: string): Promise<Dialog>;
}

export interface CallOptions {
  readonly localSdp?: string;
  readonly proxy?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly auth?: { readonly username: string; readonly password: string };
}

export interface CallProgress {
  readonly cbRequest?: (error: unknown, request: Request) => void;
  readonly cbProvisional?: (response: Response) => void;
}

export interface Srf {
  connect(options: { host: string; port: number; secret: string }): unknown;
  disconnect(): void;
  on(event: "connect", listener: (error: Error | null, hostports: string) => void): this;
  on(event: "error", listener: (error: Error) => void): this;
  use(listener: (request: Request, response: Response, next: () => void) => void): void;
  invite(listener: (request: Request, response: Response) => void): void;
  register(listener: (request: Request, response: Response) => void): void;
  options(listener: (request: Request, response: Response) => void): void;
  request(
    uri: string,
    options: SendOptions & { method: string; proxy?: string; stackDialogId?: string },
    callback: (error: Error | null, request: Request) => void,
  ): void;
  createUAS(request: Request, response: Response, options: { localSdp: string }): Promise<Dialog>;
  createUAC(uri: string, options: CallOptions & { noAck: true }, progress?: CallProgress): Promise<LateOffer>;
  createUAC(uri: string, options: CallOptions, progress?: CallProgress): Promise<Dialog>;
}

export interface Event {
  getHeader(name: string): string | undefined;
  getBody(): string | undefined;
}

export interface EventSocket {
  readonly socket: Socket | null;
  subscribe(events: string | string[], done?: (reply: Event) => void): void;
  filter(name: string, value: string, done?: (reply: Event) => void): void;
  api(command: string, args: string | string[], done: (reply: Event) => void): void;
  bgapi(command: string, args: string | string[], done: (reply: Event) => void): void;
  execute(application: string, argument: string, uuid: string, done?: (complete: Event) => void): void;
  on(event: string, listener: (event: Event) => void): void;
  removeListener(event: string, listener: (event: Event) => void): void;
}

export interface PlayResult {
  readonly playbackSeconds?: string;
  readonly playbackMilliseconds?: string;
  readonly playbackLastOffsetPos?: string;
}

export interface CollectResult {
  readonly digits?: string;
  readonly invalidDigits?: string;
  readonly terminatorUsed?: string;
}

export interface Endpoint {
  readonly uuid: string;
  readonly conn: EventSocket;
  readonly connected: boolean;
  readonly secure: boolean;
  readonly local: { readonly sdp: string };
  readonly remote: { readonly sdp: string };
  readonly dialog: Dialog;
  readonly conf: { memberId?: number; name?: string };
  play(
    file: string | string[] | { file: string; seekOffset?: number; timeoutSecs?: number },
  ): Promise<PlayResult>;
  playCollect(options: {
    file: string;
    min?: number;
    max?: number;
    tries?: number;
    timeout?: number;
    digitTimeout?: number;
    regexp?: string;
    terminators?: string;
    invalidFile?: string;
  }): Promise<CollectResult>;
  api(command: string, args?: string | string[]): Promise<Event>;
  execute(application: string, argument?: string): Promise<Event>;
  bridge(other: Endpoint | string): Promise<void>;
  unbridge(): Promise<void>;
  set(name: string | Readonly<Record<string, string>>, value?: string): Promise<void>;
  getChannelVariables(includeMedia?: boolean): Promise<Readonly<Record<string, string>>>;
  recordSession(file: string): Promise<Event>;
  record(
    file: string,
    options?: { timeLimitSecs?: number; silenceThresh?: number; silenceHits?: number },
  ): Promise<{ recordSeconds?: string; recordMilliseconds?: string; terminatorUsed?: string }>;
  join(
    conference: string,
    options?: { flags?: Readonly<Record<string, boolean>>; profile?: string },
  ): Promise<{ memberId: number; confUuid: string }>;
  mute(): Promise<unknown>;
  unmute(): Promise<unknown>;
  confMute(): Promise<unknown>;
  confUnmute(): Promise<unknown>;
  confKick(): Promise<unknown>;
  modify(sdp: string): Promise<string>;
  destroy(): Promise<void>;
  on(event: "dtmf", listener: (digit: { dtmf: string; duration: string; source: string }) => void): this;
  on(event: "destroy", listener: (info?: { reason?: string }) => void): this;
  on(event: "playback-start" | "playback-stop", listener: (info: { file?: string }) => void): this;
}

export interface MediaServer {
  readonly conn: EventSocket;
  readonly maxSessions: number;
  readonly sip: { readonly ipv4: { readonly udp: { readonly address: string } } };
  api(command: string): Promise<string>;
  createEndpoint(options?: {
    remoteSdp?: string;
    codecs?: string | string[];
    headers?: Readonly<Record<string, string>>;
  }): Promise<Endpoint>;
  connectCaller(
    request: Request,
    response: Response,
    options?: { headers?: Readonly<Record<string, string>> },
  ): Promise<{ endpoint: Endpoint; dialog: Dialog }>;
  createConference(name: string, options?: object): Promise<{ readonly name: string; readonly uuid: string }>;
  disconnect(): void;
}

interface Mrf {
  connect(options: {
    address: string;
    port: number;
    secret: string;
    listenAddress: string;
    advertisedAddress?: string;
  }): Promise<MediaServer>;
}

const load = createRequire(import.meta.url);
export const SrfClient = load("drachtio-srf") as new (tags?: string) => Srf;
export const MrfClient = load("drachtio-fsmrf") as new (srf: Srf) => Mrf;
