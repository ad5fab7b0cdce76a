import type { Flow } from "../transport/flow.ts";
import type { Dialog } from "./dialog.ts";

/** Finds dialogs: by our tag for the network, by drachtio's dialog id and by Call-ID for applications. */
export class Dialogs {
  readonly #byLocalTag = new Map<string, Dialog>();
  readonly #byId = new Map<string, Dialog>();
  readonly #byCallId = new Map<string, Dialog>();

  get size(): number {
    return this.#byLocalTag.size;
  }

  get all(): Dialog[] {
    return [...this.#byLocalTag.values()];
  }

  /** From now on requests of the network find it; applications don't until it is confirmed. */
  addEarly(dialog: Dialog): void {
    this.#byLocalTag.set(localKey(dialog.identity.callId, dialog.identity.localTag), dialog);
  }

  /** Answered, or (for ours) provisionally answered in a reliable way: applications find it too. */
  publish(dialog: Dialog): void {
    this.#byId.set(dialog.id, dialog);
    this.#byCallId.set(dialog.identity.callId, dialog);
  }

  remove(dialog: Dialog): void {
    dialog.isEnded = true;
    dialog.answer?.stop();
    dialog.answer = undefined;
    dialog.sessionTimer?.stop();
    dialog.sessionTimer = undefined;
    deleteIfSame(this.#byLocalTag, localKey(dialog.identity.callId, dialog.identity.localTag), dialog);
    deleteIfSame(this.#byId, dialog.id, dialog);
    deleteIfSame(this.#byCallId, dialog.identity.callId, dialog);
  }

  findByLocalTag(callId: string, localTag: string): Dialog | undefined {
    return this.#byLocalTag.get(localKey(callId, localTag));
  }

  findById(id: string): Dialog | undefined {
    return this.#byId.get(id);
  }

  findByCallId(callId: string): Dialog | undefined {
    return this.#byCallId.get(callId);
  }

  isUsing(flow: Flow): boolean {
    return this.all.some((dialog) => dialog.flow === flow);
  }
}

function localKey(callId: string, localTag: string): string {
  return `${callId}|${localTag}`;
}

function deleteIfSame(map: Map<string, Dialog>, key: string, dialog: Dialog): void {
  if (map.get(key) === dialog) map.delete(key);
}
