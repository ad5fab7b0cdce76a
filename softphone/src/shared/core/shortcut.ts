export interface KeyPress {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  repeat: boolean;
}

/** Where a key goes to text, a choice or a button rather than to a shortcut. */
export function isForField(target: { tagName: string; type?: string; isContentEditable?: boolean }): boolean {
  if (target.isContentEditable === true) return true;
  const tag = target.tagName.toLowerCase();
  return tag === "textarea" || tag === "select" || (tag === "input" && target.type !== "checkbox");
}

/** The shortcut's name for a key press: `a`, `?`, `escape`; null with a modifier or held down. */
export function shortcutOf(press: KeyPress): string | null {
  if (press.ctrlKey || press.metaKey || press.altKey || press.repeat) return null;
  return press.key.toLowerCase();
}
