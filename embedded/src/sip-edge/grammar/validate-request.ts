import { parseCSeq } from "./cseq.ts";
import { headerList, headerValue, headerValues, type SipRequest } from "./message.ts";
import { paramOf, parseNameAddr, tagOf } from "./name-addr.ts";
import { parseSipUri } from "./uri.ts";
import { parseVia } from "./via.ts";

/** Why a request is refused before anybody looks at what it wants. */
export interface Refusal {
  readonly status: number;
  readonly reason: string;
  readonly headers?: readonly { readonly name: string; readonly value: string }[];
}

const singleHeaders = ["From", "To", "Call-ID", "CSeq", "Max-Forwards", "Content-Type", "Expires"] as const;
/**
 * Wider than RFC 3261 section 25.1, because phones put base64 there; but Call-ID and tag become fields of the
 * control protocol, where a bar or a line end would forge others.
 */
const fieldPattern = /^[!-{}~\x80-\xff]+$/;
const supportedExtensions = new Set([
  "100rel",
  "answermode",
  "early-session",
  "eventlist",
  "from-change",
  "gruu",
  "histinfo",
  "ice",
  "join",
  "multiple-refer",
  "norefersub",
  "nosub",
  "outbound",
  "path",
  "pref",
  "privacy",
  "recipient-list-invite",
  "replaces",
  "resource-priority",
  "sdp-anat",
  "sec-agree",
  "siprec",
  "tdialog",
  "timer",
  "trickle-ice",
]);

/** The checks of RFC 3261 section 8.2 and the grammar; undefined when the request is sound. */
export function findRefusal(request: SipRequest): Refusal | undefined {
  return (
    checkSingles(request) ??
    checkMandatory(request) ??
    checkRequestUri(request) ??
    checkMaxForwards(request) ??
    checkContact(request) ??
    checkRequire(request)
  );
}

function badRequest(reason: string): Refusal {
  return { status: 400, reason };
}

function checkSingles(request: SipRequest): Refusal | undefined {
  const repeated = singleHeaders.find((name) => headerValues(request, name).length > 1);
  return repeated === undefined ? undefined : badRequest(`Multiple ${repeated} Headers`);
}

function checkMandatory(request: SipRequest): Refusal | undefined {
  const missing = ["Via", "From", "To", "Call-ID", "CSeq"].find(
    (name) => !headerValue(request, name)?.trim(),
  );
  if (missing !== undefined) return badRequest(`Missing ${missing} Header`);
  if (headerList(request, "Via").some((via) => parseVia(via) === undefined))
    return badRequest("Bad Via Header");
  for (const name of ["From", "To"]) {
    const address = parseNameAddr(headerValue(request, name) ?? "");
    const tag = address === undefined ? undefined : paramOf(address, "tag");
    if (address === undefined || (tag !== undefined && !fieldPattern.test(tag))) {
      return badRequest(`Bad ${name} Header`);
    }
  }
  if (!fieldPattern.test(headerValue(request, "Call-ID") ?? "")) return badRequest("Bad Call-ID Header");
  const cseq = parseCSeq(headerValue(request, "CSeq") ?? "");
  if (cseq === undefined) return badRequest("Bad CSeq Header");
  if (cseq.method !== request.method) return badRequest("CSeq Method Mismatch");
  const needsTag = request.method === "INVITE" || request.method === "SUBSCRIBE";
  return needsTag && tagOf(headerValue(request, "From")) === undefined
    ? badRequest("Missing From Tag")
    : undefined;
}

/** RFC 3261 section 8.2.2.1: 416 for a scheme that nobody here understands. */
function checkRequestUri(request: SipRequest): Refusal | undefined {
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(request.uri)?.[1]?.toLowerCase();
  if (scheme === undefined) return badRequest("Bad Request-URI");
  if (scheme === "tel") return undefined;
  if (scheme !== "sip" && scheme !== "sips") return { status: 416, reason: "Unsupported URI Scheme" };
  const uri = parseSipUri(request.uri);
  return uri === undefined || uri.headers !== undefined ? badRequest("Bad Request-URI") : undefined;
}

function checkMaxForwards(request: SipRequest): Refusal | undefined {
  const value = headerValue(request, "Max-Forwards");
  if (value === undefined || (/^\d{1,4}$/.test(value) && Number(value) <= 255)) return undefined;
  return badRequest("Bad Max-Forwards Header");
}

function checkContact(request: SipRequest): Refusal | undefined {
  const contacts = headerList(request, "Contact");
  if (request.method === "INVITE" && contacts.length === 0) return badRequest("Missing Contact Header");
  if (contacts.includes("*")) return checkWildcardContact(request, contacts);
  return contacts.some((contact) => parseNameAddr(contact) === undefined)
    ? badRequest("Bad Contact Header")
    : undefined;
}

/** RFC 3261 section 10.2.2: "*" stands alone, in a REGISTER, with Expires: 0. */
function checkWildcardContact(request: SipRequest, contacts: readonly string[]): Refusal | undefined {
  const isLawful =
    request.method === "REGISTER" && contacts.length === 1 && headerValue(request, "Expires") === "0";
  return isLawful ? undefined : badRequest("Bad Contact Header");
}

/** RFC 3261 section 8.2.2.3; not for ACK and CANCEL. */
function checkRequire(request: SipRequest): Refusal | undefined {
  if (request.method === "ACK" || request.method === "CANCEL") return undefined;
  const unsupported = headerList(request, "Require").filter(
    (tag) => !supportedExtensions.has(tag.toLowerCase()),
  );
  if (unsupported.length === 0) return undefined;
  const headers = [{ name: "Unsupported", value: unsupported.join(", ") }];
  return { status: 420, reason: "Bad Extension", headers };
}
