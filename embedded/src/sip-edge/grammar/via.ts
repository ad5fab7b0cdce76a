import { readParams } from "./name-addr.ts";

export interface Via {
  /** Upper case: UDP, TCP, TLS, WS, WSS or something unheard of. */
  readonly transport: string;
  readonly host: string;
  readonly port?: number;
  readonly params: ReadonlyMap<string, string>;
}

const viaPattern =
  /^SIP\s*\/\s*2\.0\s*\/\s*([A-Za-z0-9\-.!%*_+`'~]+)\s+(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?:\s*:\s*(\d{1,5}))?\s*(;.*)?$/is;

/** Reads one Via value (RFC 3261 section 20.42). */
export function parseVia(value: string): Via | undefined {
  const match = viaPattern.exec(value.trim());
  if (match === null) return undefined;
  const params = readParams(match[4] ?? "");
  const port = match[3] === undefined ? undefined : Number(match[3]);
  if (params === undefined || port === 0 || (port ?? 0) > 65_535) return undefined;
  return {
    transport: match[1]?.toUpperCase() ?? "",
    host: match[2]?.toLowerCase() ?? "",
    params,
    ...(port === undefined ? {} : { port }),
  };
}

export function formatVia(via: Via): string {
  const port = via.port === undefined ? "" : `:${String(via.port)}`;
  const params = [...via.params]
    .map(([name, value]) => (value === "" ? `;${name}` : `;${name}=${value}`))
    .join("");
  return `SIP/2.0/${via.transport} ${via.host}${port}${params}`;
}

/** The branch, when it promises to be unique (RFC 3261 section 8.1.1.7); the bare cookie doesn't. */
export function uniqueBranchOf(via: Via): string | undefined {
  const branch = via.params.get("branch");
  return branch !== undefined && branch.startsWith("z9hG4bK") && branch.length > 7 ? branch : undefined;
}
