import { useEffect, useRef } from "react";
import { isForField, shortcutOf } from "./core/shortcut.ts";
import { Store, useStore } from "./store.ts";

const storageKey = "ringdown.shortcuts";
const enabled = new Store(localStorage.getItem(storageKey) !== "off");

/** Single keys can be turned off, as WCAG 2.1.4 asks. */
export function useShortcutsEnabled(): [boolean, (on: boolean) => void] {
  const isOn = useStore(enabled, (value) => value);
  return [
    isOn,
    (on) => {
      localStorage.setItem(storageKey, on ? "on" : "off");
      enabled.set(on);
    },
  ];
}

/** Single keys that do something while the component is shown; not while typing, nor below a dialog. */
export function useShortcuts(actions: Readonly<Record<string, () => void>>): void {
  const latest = useRef(actions);
  useEffect(() => {
    latest.current = actions;
  });
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const name = shortcutOf(event);
      const target = event.target instanceof HTMLElement ? event.target : document.body;
      if (name === null || event.defaultPrevented || !enabled.value || isForField(target)) return;
      if (target.closest("[role=dialog], [role=menu], [role=listbox]") !== null) return;
      const action = latest.current[name];
      if (action === undefined) return;
      event.preventDefault();
      action();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
}

/** The key beside a button's name. */
export function KeyHint(props: { of: string }) {
  const [isOn] = useShortcutsEnabled();
  if (!isOn) return null;
  return (
    <kbd className="rd-key" aria-hidden>
      {props.of}
    </kbd>
  );
}
