/** Trunks: SIP peers that may send calls, and carriers that take calls out. docs/trunks.md explains each setting. */
import { z } from "zod";
import { endpoint } from "./endpoint.ts";
import { PersonName } from "./people.ts";

/** An address or a network: `192.0.2.10`, `192.0.2.0/24`, `2001:db8::/32`. */
export const Network = z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()]);

export const TrunkTransport = z.enum(["udp", "tcp", "tls"]);
export type TrunkTransport = z.infer<typeof TrunkTransport>;
export const TrunkCodec = z.enum(["opus", "g722", "pcmu", "pcma"]);
export type TrunkCodec = z.infer<typeof TrunkCodec>;
export const TrunkEncryption = z.enum(["none", "optional", "required"]);
export type TrunkEncryption = z.infer<typeof TrunkEncryption>;
export const TrunkOffer = z.enum(["early", "late"]);
export type TrunkOffer = z.infer<typeof TrunkOffer>;

/** Where a carrier is: `sip:carrier.example` or `sip:192.0.2.10:5060`. The transport is a setting of its own. */
export const CarrierUri = z
  .string()
  .max(260)
  .regex(
    /^sip:([A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])(:[1-9]\d{0,4})?$/,
    "an address like sip:carrier.example or sip:192.0.2.10:5060",
  );
/** Carriers choose these for their customers: anything that a quoted string of SIP can hold. */
const CarrierUsername = z
  .string()
  .regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,128}$/, "1 to 128 characters without spaces, quotes and backslashes");
// eslint-disable-next-line no-control-regex
const CarrierPassword = z.string().regex(/^[^\u0000-\u001f\u007f]{1,200}$/, "1 to 200 characters");
/** The beginning of a number in E.164: `+49`, `+4930`. */
export const NumberPrefix = z.string().regex(/^\+[1-9]\d{0,14}$/, "+ and 1 to 15 digits");
/** ISO 3166. */
export const Region = z.string().regex(/^[A-Z]{2}$/, "two capital letters of ISO 3166, like US");

/**
 * What the carrier is told of who calls. `as-is`: the number as it came. `fixed`: always `number`. `ours`: a number of
 * this house as it is, else `number` (what most carriers demand). `anonymous`: withheld (RFC 3323). A caller who
 * withheld the number stays withheld.
 */
export const CallerIdRules = z
  .object({
    show: z.enum(["as-is", "fixed", "ours", "anonymous"]),
    number: z
      .string()
      .regex(/^\+[1-9]\d{4,14}$/, "+ and 5 to 15 digits")
      .nullable(),
    /** The header that this carrier believes (RFC 3325); `from`: none besides From. */
    identity: z.enum(["from", "p-asserted-identity", "remote-party-id"]),
  })
  .strict()
  .refine(({ show, number }) => number !== null || (show !== "fixed" && show !== "ours"), {
    path: ["number"],
    message: "is needed to show a fixed number, or ours",
  });
export type CallerIdRules = z.infer<typeof CallerIdRules>;

/**
 * How numbers are written to the carrier: `+4930123456`, `4930123456`, or `030123456` as dialed within `region`
 * (numbers abroad with its international prefix). Then `strip` characters are taken from the front, and `add` is put
 * there. Emergency numbers are always sent as they were dialed.
 */
export const NumberRules = z
  .object({
    format: z.enum(["e164", "e164-without-plus", "national"]),
    strip: z.number().int().min(0).max(15),
    add: z.string().regex(/^\+?[0-9*#]{0,16}$/, "digits, at most 16"),
  })
  .strict();
export type NumberRules = z.infer<typeof NumberRules>;

/** How a carrier stands with us as a registrar (RFC 3261 section 10). */
export const RegistrationState = z.object({
  /** `elsewhere`: another node of this installation registers. `stopped`: the trunk is off, or needs its password. */
  state: z.enum(["registering", "registered", "failed", "stopped", "elsewhere"]),
  /** Until when the carrier has granted it. */
  until: z.iso.datetime().nullable(),
  /** The carrier's last refusal; null: it did not answer, or has not refused. */
  status: z.number().int().nullable(),
  /** Why it failed, or null. */
  sentence: z.string().nullable(),
  nextTryAt: z.iso.datetime().nullable(),
});
export type RegistrationState = z.infer<typeof RegistrationState>;

export const TrunkHealth = z.object({
  /** `unknown`: not checked, or not yet. */
  state: z.enum(["up", "down", "unknown"]),
  since: z.iso.datetime().nullable(),
  /** Of the last check: how long the answer took; null: there was none. */
  roundTripMs: z.number().nullable(),
  sentence: z.string().nullable(),
});
export type TrunkHealth = z.infer<typeof TrunkHealth>;

/** As this node sees it. */
export const TrunkState = z.object({
  callsNow: z.number().int(),
  outboundCallsNow: z.number().int(),
  /** Null: nothing to register. */
  registration: RegistrationState.nullable(),
  health: TrunkHealth,
});
export type TrunkState = z.infer<typeof TrunkState>;

/** Passwords go in and never come out: `hasPassword` says whether there is one. */
export const Trunk = z.object({
  id: z.uuid(),
  name: z.string(),
  enabled: z.boolean(),
  /** Peers allowed by source address. */
  networks: z.array(Network),
  /** A peer allowed by digest. */
  username: z.string().nullable(),
  hasPassword: z.boolean(),
  /** Where numbers without a country code are from on this trunk; null: RINGDOWN_REGION. */
  region: Region.nullable(),
  /** Calls at the same time, in and out together; 0: no limit. Emergency calls are not limited. */
  maximumCalls: z.number().int().min(0),
  /** Calls out at the same time; 0: no limit besides maximumCalls. */
  maximumOutboundCalls: z.number().int().min(0),
  /** Where calls out are sent, or null: the trunk takes none. */
  outbound: z
    .object({
      uri: z.string(),
      transport: TrunkTransport,
      /** Answers the carrier's challenge; null: it asks for nothing. */
      username: z.string().nullable(),
      hasPassword: z.boolean(),
    })
    .nullable(),
  /** Where we register, so that the carrier knows where to send calls; null: nowhere. */
  registration: z
    .object({
      registrarUri: z.string(),
      transport: TrunkTransport,
      username: z.string(),
      hasPassword: z.boolean(),
      expirySeconds: z.number().int(),
    })
    .nullable(),
  /** Whether the carrier is asked by OPTIONS how it is; 0: never. */
  check: z.object({ everySeconds: z.number().int().min(0) }),
  /** The lower, the sooner it is tried. */
  order: z.number().int(),
  /** Numbers that it takes, the longest prefix of all trunks first; empty: all. */
  prefixes: z.array(NumberPrefix),
  /** In the order of preference; empty: all that the media server has. */
  codecs: z.array(TrunkCodec),
  /** SRTP by SDES (RFC 4568). */
  encryption: TrunkEncryption,
  /** Whether our INVITE carries an offer of media, or asks for the carrier's. */
  offer: TrunkOffer,
  callerId: CallerIdRules,
  numbers: NumberRules,
  /** A stored password can't be decrypted (another RINGDOWN_SECRETS_KEY): it must be typed again. */
  needsPassword: z.boolean(),
  state: TrunkState,
});
export type Trunk = z.infer<typeof Trunk>;

/** A password left out stays as it is, as long as username and host do: it is not shown to another carrier unasked. */
const OutboundInput = z
  .object({
    uri: CarrierUri,
    transport: TrunkTransport.default("udp"),
    username: CarrierUsername.nullable().default(null),
    password: CarrierPassword.optional(),
  })
  .strict();
const RegistrationInput = z
  .object({
    registrarUri: CarrierUri,
    transport: TrunkTransport.default("udp"),
    username: CarrierUsername,
    password: CarrierPassword.optional(),
    expirySeconds: z.number().int().min(60).max(86_400).default(3_600),
  })
  .strict();

const TrunkParts = {
  name: PersonName,
  enabled: z.boolean(),
  networks: z.array(Network).max(100),
  username: z
    .string()
    .regex(/^[A-Za-z0-9._+-]{1,64}$/)
    .nullable(),
  password: z.string().min(12, "at least 12 characters").max(200).nullable(),
  region: Region.nullable(),
  maximumCalls: z.number().int().min(0).max(100_000),
  maximumOutboundCalls: z.number().int().min(0).max(100_000),
  outbound: OutboundInput.nullable(),
  registration: RegistrationInput.nullable(),
  check: z
    .object({
      everySeconds: z
        .number()
        .int()
        .max(3_600)
        .refine((seconds) => seconds === 0 || seconds >= 5, "0, or 5 to 3600"),
    })
    .strict(),
  order: z.number().int().min(0).max(1_000),
  prefixes: z.array(NumberPrefix).max(500),
  codecs: z
    .array(TrunkCodec)
    .max(4)
    .refine((codecs) => new Set(codecs).size === codecs.length, "each codec once"),
  encryption: TrunkEncryption,
  offer: TrunkOffer,
  callerId: CallerIdRules,
  numbers: NumberRules,
};
const trunkId = z.object({ trunkId: z.uuid() });

export const listTrunks = endpoint({
  method: "GET",
  path: "/api/trunks",
  access: "administrator",
  summary: "Trunks with how they stand: registration, health, calls now",
  result: z.object({ trunks: z.array(Trunk) }),
});
export const createTrunk = endpoint({
  method: "POST",
  path: "/api/trunks",
  access: "administrator",
  summary: "Add a trunk: calls in by address, by digest or by registration, calls out through a carrier",
  body: z
    .object({
      ...TrunkParts,
      enabled: TrunkParts.enabled.default(true),
      networks: TrunkParts.networks.default([]),
      username: TrunkParts.username.default(null),
      password: TrunkParts.password.default(null),
      region: TrunkParts.region.default(null),
      maximumCalls: TrunkParts.maximumCalls.default(0),
      maximumOutboundCalls: TrunkParts.maximumOutboundCalls.default(0),
      outbound: TrunkParts.outbound.default(null),
      registration: TrunkParts.registration.default(null),
      check: TrunkParts.check.default({ everySeconds: 30 }),
      order: TrunkParts.order.default(100),
      prefixes: TrunkParts.prefixes.default([]),
      codecs: TrunkParts.codecs.default([]),
      encryption: TrunkParts.encryption.default("none"),
      offer: TrunkParts.offer.default("early"),
      callerId: TrunkParts.callerId.default({ show: "as-is", number: null, identity: "from" }),
      numbers: TrunkParts.numbers.default({ format: "e164", strip: 0, add: "" }),
    })
    .strict(),
  result: Trunk,
});
export const updateTrunk = endpoint({
  method: "PATCH",
  path: "/api/trunks/:trunkId",
  access: "administrator",
  summary:
    "Change a trunk; takes effect for the next call. Each part that is given replaces the old one whole",
  params: trunkId,
  body: z.object(TrunkParts).partial().strict(),
  result: Trunk,
});
export const deleteTrunk = endpoint({
  method: "DELETE",
  path: "/api/trunks/:trunkId",
  access: "administrator",
  summary: "Remove a trunk; calls in progress go on",
  params: trunkId,
});
export const TrunkCheck = z.object({
  answered: z.boolean(),
  /** Any answer but 503 says that the carrier is alive. */
  alive: z.boolean(),
  status: z.number().int().nullable(),
  roundTripMs: z.number().nullable(),
  sentence: z.string(),
});
export type TrunkCheck = z.infer<typeof TrunkCheck>;
export const checkTrunk = endpoint({
  method: "POST",
  path: "/api/trunks/:trunkId/check",
  access: "administrator",
  summary: "Ask the carrier by OPTIONS now, and tell what came back",
  params: trunkId,
  result: TrunkCheck,
});
