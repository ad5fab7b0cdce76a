/** A sink for log lines; `fields` are plain data. */
export interface MediaLog {
  info(fields: Record<string, unknown>, message: string): void;
  warn(fields: Record<string, unknown>, message: string): void;
  error(fields: Record<string, unknown>, message: string): void;
}

/** What `startMediaServer` needs to know. Port 0 stands for any free port. */
export interface MediaServerConfig {
  eventSocket: { host: string; port: number; password: string };
  sip: { host: string; port: number };
  rtp: {
    /** The IPv4 address to write into session descriptions. */
    address: string;
    portMin?: number;
    portMax?: number;
    /**
     * The IPv4 address that the world sees, when this host stands behind a NAT: named in session descriptions towards
     * everyone outside this host's own networks, and offered as an ICE candidate beside the host's own.
     */
    externalAddress?: string;
  };
  /**
   * A party that has sent nothing for so long has vanished; 20 s by default, 0: never. The INVITE's header
   * X-Ringdown-Media-Timeout goes before it, as in freeswitch-config.
   */
  mediaTimeoutMs?: number;
  /** One more channel is refused with 503. */
  maxChannels: number;
  /** Where relative paths of recordings and of sound files start; the working directory by default. */
  baseDirectories?: { recordings?: string; sounds?: string };
  /** Name of a stream to its WAV files, played in a row without end, the same for every listener. */
  localStreams: Record<string, string[]>;
  log?: MediaLog;
}

export const silentLog: MediaLog = { info: () => {}, warn: () => {}, error: () => {} };

/** The same log, with more fields in each line. */
export function withFields(log: MediaLog, more: Record<string, unknown>): MediaLog {
  return {
    info: (fields, message) => log.info({ ...more, ...fields }, message),
    warn: (fields, message) => log.warn({ ...more, ...fields }, message),
    error: (fields, message) => log.error({ ...more, ...fields }, message),
  };
}
