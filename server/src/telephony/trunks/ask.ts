import type { Clock } from "../../base/clock.ts";
import { describeError } from "../../base/log.ts";
import type { SipRequest, SipResponse, Srf } from "../drachtio.ts";

export interface Answer {
  /** Null: there was none in time, or the request could not be sent. */
  response: SipResponse | null;
  request: SipRequest | null;
  roundTripMs: number;
  sentence: string;
}

/** Sends one request outside of dialogs and waits for its final response. Never rejects. */
export async function ask(
  srf: Srf,
  question: { uri: string; method: "OPTIONS" | "REGISTER"; headers?: Record<string, string> },
  { clock, timeoutMs }: { clock: Clock; timeoutMs: number },
): Promise<Answer> {
  const { uri, method, headers = {} } = question;
  const begunAt = clock.now();
  const elapsed = () => Math.max(0, clock.now() - begunAt);
  let stopTimer = () => {};
  const late = new Promise<"late">((resolve) => {
    stopTimer = clock.setTimer(begunAt + timeoutMs, () => resolve("late"));
  });
  try {
    const sending = srf.request(uri, { method, headers });
    const request = await Promise.race([sending, late]);
    if (request === "late") return silence(null, elapsed());
    const response = await Promise.race([finalResponse(request), late]);
    if (response === "late") return silence(request, elapsed());
    const sentence = `${response.status} ${response.reason}`.trim();
    return { response, request, roundTripMs: elapsed(), sentence };
  } catch (error) {
    const sentence = `${method} could not be sent: ${describeError(error)}`;
    return { response: null, request: null, roundTripMs: elapsed(), sentence };
  } finally {
    stopTimer();
  }
}

function finalResponse(request: SipRequest): Promise<SipResponse> {
  return new Promise((resolve) => {
    request.on("response", (response: SipResponse) => {
      if (response.status >= 200) resolve(response);
    });
  });
}

function silence(request: SipRequest | null, roundTripMs: number): Answer {
  return {
    response: null,
    request,
    roundTripMs,
    sentence: `No answer within ${Math.round(roundTripMs / 100) / 10} s`,
  };
}
