/** What is wrong with a trunk's form, by field: the contract's own rules, and those of the server that it can foretell. */
import { trunks } from "@ringdown/contract";
import { bodyOf, sipAddress, type TrunkValues } from "./trunk-values.ts";

/** Keys of the catalogue under `trunks.problem`. */
export type TrunkProblem =
  | "name"
  | "networks"
  | "some-way"
  | "username"
  | "password"
  | "password-needed"
  | "region"
  | "address"
  | "carrier-username"
  | "carrier-password"
  | "expiry"
  | "order"
  | "prefixes"
  | "strip"
  | "add"
  | "number"
  | "number-needed"
  | "calls"
  | "check";

const problemOfField: Record<string, TrunkProblem> = {
  name: "name",
  networks: "networks",
  username: "username",
  password: "password",
  region: "region",
  "registration.registrarUri": "address",
  "registration.username": "carrier-username",
  "registration.password": "carrier-password",
  "registration.expirySeconds": "expiry",
  "outbound.uri": "address",
  "outbound.username": "carrier-username",
  "outbound.password": "carrier-password",
  order: "order",
  prefixes: "prefixes",
  "numbers.strip": "strip",
  "numbers.add": "add",
  "callerId.number": "number",
  maximumCalls: "calls",
  maximumOutboundCalls: "calls",
  "check.everySeconds": "check",
};

/** `trunk` is the stored one, null for a new one: a password that is there need not be typed again. */
export function problemsOf(values: TrunkValues, trunk: trunks.Trunk | null): Record<string, TrunkProblem> {
  return { ...missingPasswords(values, trunk), ...noWay(values), ...brokenFields(values) };
}

function brokenFields(values: TrunkValues): Record<string, TrunkProblem> {
  const parsed = trunks.updateTrunk.body.safeParse(bodyOf(values));
  const found: Record<string, TrunkProblem> = {};
  for (const issue of parsed.error?.issues ?? []) {
    const field = fieldOf(issue.path.map(String), values);
    const problem = problemOfField[field];
    if (problem !== undefined) found[field] ??= problem;
  }
  if (found["callerId.number"] !== undefined && values.callerId.number.trim() === "")
    found["callerId.number"] = "number-needed";
  return found;
}

/** A list has one field for all of its entries; what is taken over from the registration is typed there. */
function fieldOf(path: readonly string[], values: TrunkValues): string {
  const field = path.filter((step) => !/^\d+$/.test(step)).join(".");
  if (!field.startsWith("outbound.") || !values.outAsRegistered || !values.registers) return field;
  return field === "outbound.uri" ? "registration.registrarUri" : field.replace("outbound.", "registration.");
}

function noWay(values: TrunkValues): Record<string, TrunkProblem> {
  const { networks, signsIn, registers, callsOut } = values;
  return networks.length > 0 || signsIn || registers || callsOut ? {} : { networks: "some-way" };
}

/** The server's rule: a password stays as long as username and host do. */
function missingPasswords(values: TrunkValues, trunk: trunks.Trunk | null): Record<string, TrunkProblem> {
  return Object.fromEntries(
    Object.entries(passwordsKept(values, trunk))
      .filter(([field, isKept]) => !isKept && isWanted(field, values))
      .map(([field]) => [field, "password-needed"]),
  );
}

function isWanted(field: string, values: TrunkValues): boolean {
  if (field === "password") return values.signsIn && values.password === "";
  if (field === "registration.password") return values.registers && values.registration.password === "";
  const isOwn = values.callsOut && !(values.outAsRegistered && values.registers);
  return isOwn && values.outbound.username !== "" && values.outbound.password === "";
}

/** Which passwords the server has and would keep if the field is left empty. */
export function passwordsKept(
  values: TrunkValues,
  trunk: trunks.Trunk | null,
): Record<"password" | "registration.password" | "outbound.password", boolean> {
  const { registration, outbound } = values;
  const out = { uri: trunk?.outbound?.uri, ...trunk?.outbound };
  const isOutKept = (uri: string, username: string) =>
    out.hasPassword === true && out.username === username && hostOf(out.uri ?? "") === hostOf(uri);
  const old = trunk?.registration;
  const isRegistrationKept =
    old?.hasPassword === true &&
    old.username === registration.username &&
    hostOf(old.registrarUri) === hostOf(registration.registrarUri);
  const isShared = values.callsOut && values.outAsRegistered;
  return {
    password: trunk?.hasPassword === true && trunk.username === values.username,
    "registration.password":
      isRegistrationKept && (!isShared || isOutKept(registration.registrarUri, registration.username)),
    "outbound.password": isOutKept(outbound.uri, outbound.username),
  };
}

function hostOf(uri: string): string {
  return sipAddress(uri).replace(/^sip:/, "").replace(/:\d+$/, "").toLowerCase();
}

/** Keys are in the SIP messages (RFC 4568 section 8.3): without TLS whoever reads those can listen. */
export function isEncryptionReadable(values: TrunkValues): boolean {
  if (values.encryption === "none") return false;
  const transports = [
    ...(values.registers ? [values.registration.transport] : []),
    ...(values.callsOut && !(values.outAsRegistered && values.registers) ? [values.outbound.transport] : []),
  ];
  return transports.length === 0 || transports.some((transport) => transport !== "tls");
}
