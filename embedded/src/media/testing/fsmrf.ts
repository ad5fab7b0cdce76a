import { createRequire } from "node:module";

/** The part of unmodified drachtio-fsmrf that the tests use; it ships no types. */
export interface EslEvent {
  getHeader(name: string): string | null;
  getBody(): string;
}

export interface Endpoint {
  readonly uuid: string;
  readonly local: { sdp: string };
  readonly conf: { memberId: number; name: string };
  on(event: string, run: (argument: Record<string, string>) => void): void;
  play(file: string | string[] | object): Promise<Record<string, string>>;
  playCollect(options: object): Promise<Record<string, string | null>>;
  record(file: string, options?: object): Promise<Record<string, string>>;
  recordSession(file: string): Promise<unknown>;
  execute(application: string, argument?: string): Promise<EslEvent>;
  api(command: string, argument?: string | string[]): Promise<EslEvent>;
  set(name: string | Record<string, string>, value?: string): Promise<void>;
  export(name: string, value: string): Promise<void>;
  bridge(other: Endpoint | string): Promise<void>;
  unbridge(): Promise<void>;
  join(conference: string | Conference, options?: object): Promise<{ memberId: number; confUuid: string }>;
  confMute(): Promise<unknown>;
  confUnmute(): Promise<unknown>;
  confKick(): Promise<unknown>;
  confPlay(file: string): Promise<unknown>;
  mute(): Promise<unknown>;
  unmute(): Promise<unknown>;
  modify(sdp: string): Promise<unknown>;
  getChannelVariables(includeMedia?: boolean): Promise<Record<string, string | number>>;
  destroy(): Promise<void>;
}

export interface Conference {
  readonly name: string;
  /** Its control leg. */
  readonly endpoint: Endpoint;
  readonly participants: Map<number, unknown>;
  on(event: string, run: (event: EslEvent) => void): void;
  play(file: string): Promise<Record<string, number>>;
  getSize(): Promise<number>;
  lock(): Promise<unknown>;
  unlock(): Promise<unknown>;
  startRecording(file: string): Promise<unknown>;
  stopRecording(file: string): Promise<unknown>;
  pauseRecording(file: string): Promise<unknown>;
  resumeRecording(file: string): Promise<unknown>;
}

export interface CallerDialog {
  on(event: "destroy", run: () => void): void;
  destroy(): Promise<unknown>;
}

export interface FsmrfServer {
  api(command: string): Promise<string>;
  createEndpoint(options?: object): Promise<Endpoint>;
  connectCaller(request: unknown, response: unknown): Promise<{ endpoint: Endpoint; dialog: CallerDialog }>;
  createConference(name: string, options?: object): Promise<Conference>;
  disconnect(): void;
}

interface Mrf {
  connect(options: object): Promise<FsmrfServer>;
}

export const Mrf = createRequire(import.meta.url)("drachtio-fsmrf") as new (srf: unknown) => Mrf;
