/**
 * Who calls, as one carrier is told: From (RFC 3261 §8.1.1.3), P-Asserted-Identity (RFC 3325 §9.1), Remote-Party-ID
 * (draft-ietf-sip-privacy-04, which many carriers still read), and Privacy (RFC 3323 §4.2, "id" of RFC 3325 §9.3).
 */
import type { CallerIdRules } from "../../contract/trunks.ts";
import { writeNameAddr } from "./sip-text.ts";

export interface CallerIdentity {
  /** Display name; "" shows none. */
  name: string;
  /** What the other side may see; null: withheld. */
  shown: string | null;
  /** What the carrier may know besides; null: nothing. */
  asserted: string | null;
}

export interface CallerToShow {
  caller: { name: string; number: string };
  rules: CallerIdRules;
  isOurs(number: string): boolean;
  /** Whoever calls for help is called back: nothing is withheld then. */
  isEmergency: boolean;
}

/** `caller.number` is "anonymous" when it was withheld from us, "web" for a guest in a browser. */
export function identify({ caller, rules, isOurs, isEmergency }: CallerToShow): CallerIdentity {
  const { show, number: ours } = rules;
  const given = /^\+?[0-9]+$/.test(caller.number) ? caller.number : null;
  const isWithheld = show === "anonymous" || caller.number === "anonymous";
  const allowed =
    show === "as-is" ? given : show === "ours" && given !== null && isOurs(given) ? given : null;
  const number = allowed ?? ours ?? (isEmergency ? given : null);
  if (isWithheld && !isEmergency) return { name: "", shown: null, asserted: ours };
  // The name belongs to the number that it came with.
  return { name: number === given ? caller.name : "", shown: number, asserted: number };
}

/** The headers of the INVITE. `host` is the carrier's; `write` puts a number into the carrier's form. */
export function identityHeaders(
  { name, shown, asserted }: CallerIdentity,
  { header, host, write }: { header: CallerIdRules["identity"]; host: string; write(number: string): string },
): Record<string, string> {
  const addressOf = (number: string, text: string) =>
    writeNameAddr({ name: text, number: write(number) }, host);
  const isWithheld = shown === null;
  const From = isWithheld ? '"Anonymous" <sip:anonymous@anonymous.invalid>' : addressOf(shown, name);
  const privacy: Record<string, string> = isWithheld ? { Privacy: "id" } : {};
  if (header === "from" || asserted === null) return { From, ...privacy };
  const address = addressOf(asserted, name);
  if (header === "p-asserted-identity") return { From, "P-Asserted-Identity": address, ...privacy };
  const parameters = `;party=calling;screen=yes;privacy=${isWithheld ? "full" : "off"}`;
  return { From, "Remote-Party-ID": address + parameters, ...privacy };
}
