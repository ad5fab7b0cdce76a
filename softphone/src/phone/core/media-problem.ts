/** Why there is no microphone, each with its own advice on the screen. */
export type MediaProblem =
  | "permission-denied" // the person said no to the site, once or for good
  | "permission-dismissed" // the question was closed without an answer
  | "system-denied" // the operating system keeps the browser from the microphone
  | "no-device" // no microphone is plugged in
  | "device-gone" // the chosen one isn't there
  | "device-in-use" // another program holds it
  | "insecure-context" // the page isn't https or localhost
  | "policy" // the page's or the organisation's policy forbids it
  | "unknown";

/** Tells the causes of a failed getUserMedia apart. https://www.w3.org/TR/mediacapture-streams/#dom-mediadevices-getusermedia */
export function classifyMediaError(
  error: { name: string; message: string },
  page: { isSecure: boolean; isAllowedByPolicy: boolean },
): MediaProblem {
  if (!page.isSecure) return "insecure-context";
  if (!page.isAllowedByPolicy) return "policy";
  switch (error.name) {
    case "NotAllowedError":
      if (/dismissed/i.test(error.message)) return "permission-dismissed";
      return /system|operating/i.test(error.message) ? "system-denied" : "permission-denied";
    case "NotFoundError":
      return "no-device";
    case "OverconstrainedError":
      return "device-gone";
    case "NotReadableError":
    case "AbortError":
      return "device-in-use";
    case "SecurityError":
      return "policy";
    default:
      return "unknown";
  }
}
