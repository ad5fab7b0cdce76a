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
  let sent: SipRequest | null = null;
  const answered = new Promise<SipResponse>((resolve, reject) => {
    srf.request(uri, { method, headers }, (error, request) => {
      if (error ?? !request) return reject(error ?? new Error("nothing was sent"));
      sent = request;
      request.on("response", (response: SipResponse) => {
        if (response.status >= 200) resolve(response);
      });
    });
  });
  try {
    const response = await Promise.race([answered, late]);
    if (response === "late") return silence(sent, elapsed());
    const sentence = `${response.status} ${response.reason}`.trim();
    return { response, request: sent, roundTripMs: elapsed(), sentence };
  } catch (error) {
    const sentence = `${method} could not be sent: ${describeError(error)}`;
    return { response: null, request: null, roundTripMs: elapsed(), sentence };
  } finally {
    stopTimer();
  }
}

function silence(request: SipRequest | null, roundTripMs: number): Answer {
  return {
    response: null,
    request,
    roundTripMs,
    sentence: `No answer within ${Math.round(roundTripMs / 100) / 10} s`,
  };
}
