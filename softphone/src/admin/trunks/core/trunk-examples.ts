/** What a carrier would be sent, for the form: the same rules as the server's outbound-number.ts and caller-identity.ts. */
import type { trunks } from "@ringdown/contract";
import type { NumberParser } from "./number-parser.ts";

/** Of no one: numbers that regulators keep for examples would be no valid numbers to the library. */
export const sampleNumber = "+4930123456";
const sampleCaller = { name: "Ann Lee", number: "+16502530000" };

type Format = trunks.NumberRules["format"];

/** As the carrier would get it; null: nobody knows yet (no region, or the library is still loading). */
export function writeExample(
  number: string,
  rules: { format: Format; strip: number; add: string },
  place: { region: string; parse: NumberParser | null },
): string | null {
  const written = inFormat(number, rules.format, place);
  return written === null ? null : rules.add + written.slice(rules.strip);
}

function inFormat(
  number: string,
  format: Format,
  place: { region: string; parse: NumberParser | null },
): string | null {
  if (format === "e164") return number;
  if (format === "e164-without-plus") return number.slice(1);
  return place.region === "" ? null : (place.parse?.national(number, place.region) ?? null);
}

/** The identity headers of a call by somebody who is not of this house. */
export function identityExample(
  { show, number, identity }: { show: trunks.CallerIdRules["show"]; number: string; identity: string },
  host: string,
  write: (number: string) => string,
): string[] {
  const ours = number === "" ? null : number;
  const shown = show === "anonymous" ? null : show === "as-is" ? sampleCaller.number : ours;
  const asserted = show === "anonymous" ? ours : shown;
  const address = (one: string) =>
    `${one === sampleCaller.number ? `"${sampleCaller.name}" ` : ""}<sip:${write(one)}@${host}>`;
  const from = shown === null ? '"Anonymous" <sip:anonymous@anonymous.invalid>' : address(shown);
  const lines = [`From: ${from}`];
  if (asserted !== null && identity === "p-asserted-identity")
    lines.push(`P-Asserted-Identity: ${address(asserted)}`);
  if (asserted !== null && identity === "remote-party-id") {
    const privacy = shown === null ? "full" : "off";
    lines.push(`Remote-Party-ID: ${address(asserted)};party=calling;screen=yes;privacy=${privacy}`);
  }
  return shown === null ? [...lines, "Privacy: id"] : lines;
}
