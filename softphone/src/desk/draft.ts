export interface Draft {
  dispositionId: string | null;
  note: string;
}

const keyOf = (interactionId: string) => `ringdown.note.${interactionId}`;

/** What was written about an interaction in this tab, over a reload; null if nothing was. */
export function readDraft(interactionId: string): Draft | null {
  const text = sessionStorage.getItem(keyOf(interactionId));
  return text === null ? null : (JSON.parse(text) as Draft);
}

export function writeDraft(interactionId: string, draft: Draft): void {
  const { dispositionId, note } = draft;
  sessionStorage.setItem(keyOf(interactionId), JSON.stringify({ dispositionId, note }));
}

export function forgetDraft(interactionId: string): void {
  sessionStorage.removeItem(keyOf(interactionId));
}
