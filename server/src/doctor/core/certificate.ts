import { type Finding, ok, problem, warning } from "./finding.ts";

export interface CertificateFacts {
  /** "the public URL calls.example.com:443". */
  what: string;
  /** The name under which it is reached; null: names don't matter here. */
  host: string | null;
  subject: string;
  validFrom: number;
  validTo: number;
  /** Whether it is for this host. */
  isForHost: boolean;
  names: string;
  /** Why the chain is not trusted; null: it is, or was not looked at. */
  chainProblem: string | null;
}

const dayMs = 86_400_000;

export function judgeCertificate(facts: CertificateFacts, nowMs: number): Finding[] {
  const { what, host, subject, validFrom, validTo, isForHost, names, chainProblem } = facts;
  const day = (ms: number) => new Date(ms).toISOString().slice(0, 10);
  const name = `TLS: ${what}`;
  const renew = "Renew it, and see why it was not renewed by itself";
  if (validTo <= nowMs)
    return [problem(name, `The certificate of ${subject} expired on ${day(validTo)}`, renew)];
  if (validFrom > nowMs)
    return [
      problem(
        name,
        `The certificate of ${subject} is valid from ${day(validFrom)} on`,
        "Check the clock of this machine",
      ),
    ];
  if (host !== null && !isForHost)
    return [
      problem(name, `The certificate is for ${names || subject}, not for ${host}`, `Get one for ${host}`),
    ];
  if (chainProblem !== null)
    return [
      problem(
        name,
        `The certificate of ${subject} is not trusted: ${chainProblem}`,
        "Serve the whole chain (fullchain.pem) of an authority that browsers know",
      ),
    ];
  const days = Math.floor((validTo - nowMs) / dayMs);
  const saw = `The certificate of ${subject} is valid until ${day(validTo)} (${days} days)`;
  return [days < 14 ? warning(name, saw, renew) : ok(name, saw)];
}

/** Our words for what OpenSSL says. */
export function sayChainProblem(code: string): string {
  const words: Record<string, string> = {
    DEPTH_ZERO_SELF_SIGNED_CERT: "it is signed by itself",
    SELF_SIGNED_CERT_IN_CHAIN: "its chain ends with an authority that nobody knows",
    UNABLE_TO_VERIFY_LEAF_SIGNATURE: "the server does not send the certificates between",
    UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "its issuer is not known here",
    UNABLE_TO_GET_ISSUER_CERT: "its issuer is not known here",
  };
  return words[code] ?? code;
}
