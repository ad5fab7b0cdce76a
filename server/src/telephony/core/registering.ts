/** What a registrar's answer means, and when to ask again (RFC 3261 §10.2, §10.3). Pure. */
import { parseNameAddr, parseSipUri, splitValues } from "./sip-text.ts";

export interface RegisterAnswer {
  /** Null: none came in time, or it could not be sent. */
  status: number | null;
  reason: string;
  contact: string | undefined;
  expires: string | undefined;
  minExpires: string | undefined;
  retryAfter: string | undefined;
}

export interface RegisterAsked {
  expirySeconds: number;
  /** The user part of our Contact: other contacts may be registered under the same name. */
  token: string;
  /** Failures in a row before this answer. */
  failures: number;
  /** 0 to 1. */
  random: number;
}

export type AfterRegister =
  | { kind: "registered"; grantedSeconds: number; refreshInMs: number }
  /** 423: the registrar wants a longer interval, and gets it at once (§10.2.8). */
  | { kind: "again"; expirySeconds: number }
  | { kind: "failed"; sentence: string; retryInMs: number };

const firstRetryMs = 5_000;
const longestRetryMs = 300_000;
/** A wrong password does not mend itself, and registrars lock out those who insist. */
const refusedRetryMs = 600_000;
const longestIntervalSeconds = 86_400;
const longestRetryAfterMs = 3_600_000;

export function afterRegister(answer: RegisterAnswer, asked: RegisterAsked): AfterRegister {
  const { status } = answer;
  if (status !== null && status >= 200 && status < 300) return granted(answer, asked);
  if (status === 423) {
    const minimum = seconds(answer.minExpires);
    if (minimum !== null && minimum > asked.expirySeconds && minimum <= longestIntervalSeconds)
      return { kind: "again", expirySeconds: minimum };
  }
  return { kind: "failed", sentence: sentenceOf(answer), retryInMs: retryMs(answer, asked) };
}

function granted(answer: RegisterAnswer, asked: RegisterAsked): AfterRegister {
  const contacts = splitValues(answer.contact ?? "").map(parseNameAddr);
  const ours = contacts.find((contact) => contact && parseSipUri(contact.uri)?.user === asked.token);
  // §10.3 step 8: the Contact's own parameter, else the Expires header, else what was asked for.
  const grantedSeconds =
    seconds(ours?.params.get("expires")) ?? seconds(answer.expires) ?? asked.expirySeconds;
  if (grantedSeconds === 0) {
    const sentence = "The registrar answered 200, but did not keep the registration";
    return { kind: "failed", sentence, retryInMs: retryMs(answer, asked) };
  }
  // Between 70 and 90 % of it: early enough for repetitions, and not all trunks at once.
  const refreshInMs = Math.max(1_000, Math.round(grantedSeconds * 1_000 * (0.7 + 0.2 * asked.random)));
  return { kind: "registered", grantedSeconds, refreshInMs };
}

function retryMs({ status, retryAfter }: RegisterAnswer, { failures, random }: RegisterAsked): number {
  const wanted = seconds(/^\s*\d+/.exec(retryAfter ?? "")?.[0]);
  if (wanted !== null && wanted > 0)
    return Math.round(Math.min(wanted * 1_000, longestRetryAfterMs) * (1 + random * 0.1));
  const isRefused = status === 401 || status === 403 || status === 407 || status === 404;
  const steady = isRefused
    ? refusedRetryMs
    : Math.min(longestRetryMs, firstRetryMs * 2 ** Math.min(failures, 10));
  return Math.round(steady * (0.75 + random / 2));
}

function sentenceOf({ status, reason }: RegisterAnswer): string {
  if (status === null) return "The registrar did not answer";
  if (status === 401 || status === 407)
    return `The registrar does not accept username and password (${status})`;
  return `The registrar answered ${status}${reason === "" ? "" : ` ${reason}`}`;
}

/** A delta-seconds of §20.19, at most 2^32-1; null: none. */
function seconds(text: string | undefined): number | null {
  const trimmed = text?.trim() ?? "";
  return /^\d{1,10}$/.test(trimmed) ? Number(trimmed) : null;
}
