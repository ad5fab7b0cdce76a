import { Counter, type Registry } from "prom-client";
import { CallbackTryCause } from "../contract/callbacks.ts";
import type { LedgerEvent } from "../contract/ledger.ts";

/** Where faults of ours come from; the ledger's `where` that is none of these is "other". */
const faultPlaces = ["call", "ivr", "queue", "overflow", "bridge", "recording", "callback"];

/** Counts what the flow, recordings, messages and calls back come to, line by line. */
export function countStories(registry: Registry): (event: LedgerEvent) => void {
  const registers = [registry];
  const counter = (name: string, help: string, labels: Record<string, readonly string[]> = {}) => {
    const made = new Counter({ name, help, labelNames: Object.keys(labels), registers });
    // From 0, so that the first one is an increase.
    for (const [label, values] of Object.entries(labels))
      for (const value of values) made.inc({ [label]: value }, 0);
    return made;
  };
  const recordings = counter("ringdown_recordings_total", "Recordings, by how they ended.", {
    result: ["finished", "failed", "mismatch"],
  });
  const recorded = counter("ringdown_recorded_bytes_total", "Bytes of finished recordings.");
  const recordedTime = counter("ringdown_recorded_seconds_total", "Length of finished recordings.");
  const messages = counter("ringdown_voicemails_total", "Messages that callers left.");
  const faults = counter("ringdown_faults_total", "Faults of ours in calls, by where.", {
    where: [...faultPlaces, "other"],
  });
  const inputs = counter("ringdown_ivr_inputs_total", "What came of asking callers for keys.", {
    result: ["pressed", "invalid", "timeout"],
  });
  const asked = counter("ringdown_callbacks_asked_total", "Calls back that callers asked for.");
  const tries = counter("ringdown_callback_tries_total", "Calls to customers who asked to be called back.", {
    result: ["answered", ...CallbackTryCause.options],
  });
  return (event) => {
    switch (event.type) {
      case "recording.stopped":
        recordings.inc({ result: "finished" });
        recorded.inc(event.bytes);
        return recordedTime.inc(event.durationMs / 1_000);
      case "recording.failed":
      case "recording.mismatch":
        return recordings.inc({ result: event.type.slice("recording.".length) });
      case "voicemail.left":
        return messages.inc();
      case "fault":
        return faults.inc({ where: faultPlaces.includes(event.where) ? event.where : "other" });
      case "flow.pressed":
      case "flow.invalid":
      case "flow.timeout":
        return inputs.inc({ result: event.type.slice("flow.".length) });
      case "callback.asked":
        return asked.inc();
      case "callback.called":
        return tries.inc({ result: event.cause });
      default:
    }
  };
}
