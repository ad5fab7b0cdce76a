import { expect, it } from "vitest";
import { isForField, shortcutOf } from "./shortcut.ts";

const press = { key: "A", ctrlKey: false, metaKey: false, altKey: false, repeat: false };

it("is a plain key, whatever its case", () => {
  expect(shortcutOf(press)).toBe("a");
  expect(shortcutOf({ ...press, key: "?" })).toBe("?");
});
it("is nothing with a modifier or while the key is held down", () => {
  expect(shortcutOf({ ...press, ctrlKey: true })).toBeNull();
  expect(shortcutOf({ ...press, metaKey: true })).toBeNull();
  expect(shortcutOf({ ...press, repeat: true })).toBeNull();
});
it("leaves typing alone", () => {
  expect(isForField({ tagName: "TEXTAREA" })).toBe(true);
  expect(isForField({ tagName: "INPUT", type: "text" })).toBe(true);
  expect(isForField({ tagName: "DIV", isContentEditable: true })).toBe(true);
  expect(isForField({ tagName: "BUTTON" })).toBe(false);
  expect(isForField({ tagName: "BODY" })).toBe(false);
});
