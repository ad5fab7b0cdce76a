import { checkServerIdentity, type PeerCertificate } from "node:tls";

/**
 * Whether a certificate speaks for a SIP domain or an address (RFC 5922 section 7.2): by a `sip:` URI among its
 * alternative names, else by a DNS name, an address, or the common name. The error says what is wrong. Wildcards are
 * taken, although that section forbids them: large carriers have no other.
 */
export function checkSipIdentity(domain: string, certificate: PeerCertificate): Error | undefined {
  const wanted = domain.toLowerCase();
  const uris = (certificate.subjectaltname ?? "")
    .split(/,\s*/)
    .flatMap((name) => /^URI:"?sip:([^"@;?]+)"?$/i.exec(name)?.[1]?.toLowerCase() ?? []);
  // "If the certificate has any sip: URI, those alone say whose it is."
  if (uris.length === 0) return checkServerIdentity(domain, certificate);
  if (uris.includes(wanted)) return undefined;
  const error = new Error(`the certificate is for sip:${uris.join(", sip:")}, not for ${domain}`);
  return Object.assign(error, { code: "ERR_TLS_CERT_ALTNAME_INVALID" });
}
