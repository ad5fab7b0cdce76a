/** A trunk as its form has it: every field is there, and switches say which of them count. */
import type { trunks } from "@ringdown/contract";

export interface TrunkValues {
  name: string;
  enabled: boolean;
  networks: string[];
  /** The peer signs in with us by digest. */
  signsIn: boolean;
  username: string;
  password: string;
  region: string;
  /** We register at the carrier. */
  registers: boolean;
  registration: {
    registrarUri: string;
    transport: trunks.TrunkTransport;
    username: string;
    password: string;
    expirySeconds: number | string;
  };
  callsOut: boolean;
  /** Calls out go where we register, with the same username and password. */
  outAsRegistered: boolean;
  outbound: { uri: string; transport: trunks.TrunkTransport; username: string; password: string };
  order: number | string;
  prefixes: string[];
  numbers: { format: trunks.NumberRules["format"]; strip: number | string; add: string };
  callerId: {
    show: trunks.CallerIdRules["show"];
    number: string;
    identity: trunks.CallerIdRules["identity"];
  };
  codecs: trunks.TrunkCodec[];
  encryption: trunks.TrunkEncryption;
  offer: trunks.TrunkOffer;
  maximumCalls: number | string;
  maximumOutboundCalls: number | string;
  check: { everySeconds: number | string };
}

/** What most trunks are; a form for a new one begins with one of these. */
export const trunkTemplates = ["address", "registration", "digest"] as const;
export type TrunkTemplate = (typeof trunkTemplates)[number];

const blank: TrunkValues = {
  name: "",
  enabled: true,
  networks: [],
  signsIn: false,
  username: "",
  password: "",
  region: "",
  registers: false,
  registration: { registrarUri: "", transport: "udp", username: "", password: "", expirySeconds: 3_600 },
  callsOut: false,
  outAsRegistered: false,
  outbound: { uri: "", transport: "udp", username: "", password: "" },
  order: 100,
  prefixes: [],
  numbers: { format: "e164", strip: 0, add: "" },
  callerId: { show: "as-is", number: "", identity: "from" },
  codecs: [],
  encryption: "none",
  offer: "early",
  maximumCalls: 0,
  maximumOutboundCalls: 0,
  check: { everySeconds: 30 },
};

/** Turns on what the template is about, and off what belongs to the others; what was typed stays. */
export function applyTemplate(values: TrunkValues, template: TrunkTemplate): TrunkValues {
  return {
    ...values,
    signsIn: template === "digest",
    registers: template === "registration",
    callsOut: template !== "digest",
    outAsRegistered: template === "registration",
  };
}

export function newTrunkValues(): TrunkValues {
  return applyTemplate(structuredClone(blank), "address");
}

/** Which template the switches are like, or null. */
export function templateOf(values: TrunkValues): TrunkTemplate | null {
  const { signsIn, registers, callsOut } = values;
  const isLike = (template: TrunkTemplate) => {
    const other = applyTemplate(values, template);
    return other.signsIn === signsIn && other.registers === registers && other.callsOut === callsOut;
  };
  return trunkTemplates.find(isLike) ?? null;
}

/** The stored trunk in the form; its passwords are not known here and stay empty. */
export function valuesOf(trunk: trunks.Trunk): TrunkValues {
  const { registration, outbound, callerId } = trunk;
  const { name, enabled, networks, order, prefixes, numbers, codecs, encryption, offer, check } = trunk;
  return structuredClone({
    ...{ name, enabled, networks, order, prefixes, numbers, codecs, encryption, offer, check },
    signsIn: trunk.username !== null,
    username: trunk.username ?? "",
    password: "",
    region: trunk.region ?? "",
    registers: registration !== null,
    registration: registration === null ? blank.registration : { ...withoutFlag(registration), password: "" },
    callsOut: outbound !== null,
    outAsRegistered: isAsRegistered(trunk),
    outbound:
      outbound === null
        ? blank.outbound
        : { ...withoutFlag(outbound), username: outbound.username ?? "", password: "" },
    callerId: { ...callerId, number: callerId.number ?? "" },
    maximumCalls: trunk.maximumCalls,
    maximumOutboundCalls: trunk.maximumOutboundCalls,
  });
}

function withoutFlag<Part extends { hasPassword: boolean }>(part: Part): Omit<Part, "hasPassword"> {
  const { hasPassword: _, ...others } = part;
  return others;
}

/** Both passwords may differ all the same: that is asked only where one is typed anew. */
function isAsRegistered({ registration, outbound }: trunks.Trunk): boolean {
  return (
    registration !== null &&
    outbound !== null &&
    registration.registrarUri === outbound.uri &&
    registration.transport === outbound.transport &&
    registration.username === outbound.username
  );
}

/** What the form says, as the server takes it. Numbers that were emptied stay what they are, for the contract to refuse. */
export function bodyOf(values: TrunkValues): Record<string, unknown> {
  const { name, enabled, networks, prefixes, codecs, encryption, offer, order, maximumCalls } = values;
  return {
    ...{ name, enabled, networks, prefixes, codecs, encryption, offer, order, maximumCalls },
    maximumOutboundCalls: values.maximumOutboundCalls,
    username: values.signsIn ? values.username : null,
    ...(values.signsIn && values.password !== "" && { password: values.password }),
    region: values.region === "" ? null : values.region,
    registration: values.registers ? registrationBody(values) : null,
    outbound: values.callsOut ? outboundBody(values) : null,
    numbers: values.numbers,
    callerId: {
      ...values.callerId,
      number: values.callerId.number.trim() === "" ? null : compact(values.callerId.number),
    },
    check: values.check,
  };
}

function registrationBody({ registration }: TrunkValues): object {
  const { password, registrarUri, ...others } = registration;
  return {
    ...others,
    registrarUri: sipAddress(registrarUri),
    ...(password !== "" && { password }),
  };
}

function outboundBody(values: TrunkValues): object {
  if (values.outAsRegistered && values.registers) {
    const { registrarUri, transport, username, password } = values.registration;
    return { uri: sipAddress(registrarUri), transport, username, ...(password !== "" && { password }) };
  }
  const { uri, transport, username, password } = values.outbound;
  return {
    ...{ uri: sipAddress(uri), transport },
    username: username === "" ? null : username,
    ...(username !== "" && password !== "" && { password }),
  };
}

/** People leave `sip:` out. */
export function sipAddress(text: string): string {
  const address = text.trim();
  return address === "" || /^sips?:/i.test(address) ? address : `sip:${address}`;
}

/** Numbers are pasted with spaces, brackets and dashes. */
export function compact(number: string): string {
  return number.replace(/[\s().\-/]/g, "");
}

/** The parts that differ: what somebody else changes meanwhile stays, and the audit names nothing else. */
export function changedParts(
  now: Record<string, unknown>,
  stored: Record<string, unknown>,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(now).filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(stored[key])),
  );
}
