import { z } from "zod";
import { SipCredential } from "./agent-desk.ts";
import { endpoint } from "./endpoint.ts";
import { DialedNumber } from "./telephony.ts";

const params = z.object({ number: DialedNumber });

export const readWebNumber = endpoint({
  method: "GET",
  path: "/api/call/:number",
  access: "public",
  summary: "Whether a number is open to callers on the web; 404 if not",
  params,
  result: z.object({ number: z.string(), label: z.string() }),
});
export const issueGuestCredential = endpoint({
  method: "POST",
  path: "/api/call/:number/credential",
  access: "public",
  summary: "A guest credential for one call to this number, valid for a few minutes; rate-limited by address",
  params,
  result: SipCredential.extend({ target: z.string() }),
});
