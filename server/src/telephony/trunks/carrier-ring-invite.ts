import { randomBytes } from "node:crypto";
import type { DigestLogin } from "../core/digest-client.ts";
import { answerChallenge, bestChallenge } from "../core/digest-client.ts";
import type {
  LateOffer,
  SipDialog,
  SipError,
  SipRequest,
  SipResponse,
  Srf,
  UacOptions,
  UacProgress,
} from "../drachtio.ts";
import { isSipError } from "../drachtio.ts";

/** A carrier that challenges again and again refuses the password; one new nonce is its right. */
const mostChallenges = 3;

/**
 * Sends an INVITE and answers the challenges to it, as one call: the same Call-ID and From (RFC 3261 §22.2). The
 * library's own `auth` knows MD5 alone, and an INVITE that it repeated can't be cancelled. The first INVITE leaves
 * before this returns. Rejects as `createUAC` does: a challenge that could not be answered with its 401 or 407.
 */
export function inviteWithAccount(
  srf: Srf,
  uri: string,
  options: UacOptions,
  progress: UacProgress,
  login: DigestLogin | null,
): Promise<SipDialog | LateOffer> {
  let sent: SipRequest | null = null;
  const watched: UacProgress = {
    ...progress,
    cbRequest: (error, request) => {
      if (!error) sent = request;
      progress.cbRequest?.(error, request);
    },
  };
  const dial = (headers: Record<string, string>) =>
    srf.createUAC(uri, { ...options, headers: { ...options.headers, ...headers } }, watched);
  const first = dial({});
  if (!login) return first;
  return answerChallenges(first, ({ status, res }) => {
    if (!sent) return null;
    const isProxy = status === 407;
    const challenge = bestChallenge(res.get(isProxy ? "Proxy-Authenticate" : "WWW-Authenticate"));
    if (!challenge) return null;
    const cnonce = randomBytes(8).toString("hex");
    const answer = answerChallenge(challenge, login, { method: "INVITE", uri: sent.uri, cnonce });
    const headers = { ...sameCall(sent), [isProxy ? "Proxy-Authorization" : "Authorization"]: answer };
    return { isStale: challenge.isStale, dial: () => dial(headers) };
  });
}

interface Retry {
  isStale: boolean;
  dial(): Promise<SipDialog | LateOffer>;
}

async function answerChallenges(
  first: Promise<SipDialog | LateOffer>,
  retryOf: (challenge: ChallengeError) => Retry | null,
): Promise<SipDialog | LateOffer> {
  let attempt = first;
  for (let challenges = 1; ; challenges++) {
    try {
      return await attempt;
    } catch (error) {
      const retry = isChallenge(error) && challenges < mostChallenges ? retryOf(error) : null;
      // The same password again would be refused again, unless only the nonce was too old.
      if (!retry || (challenges > 1 && !retry.isStale)) throw error;
      attempt = retry.dial();
    }
  }
}

type ChallengeError = SipError & { res: SipResponse };

function isChallenge(error: unknown): error is ChallengeError {
  return isSipError(error) && (error.status === 401 || error.status === 407) && error.res !== undefined;
}

function sameCall(request: SipRequest): Record<string, string> {
  const cseq = Number.parseInt(request.get("CSeq") ?? "1", 10);
  return {
    From: request.get("From") ?? "",
    "Call-ID": request.get("Call-ID") ?? "",
    CSeq: `${cseq + 1} INVITE`,
  };
}
