import { describe, expect, it } from "vitest";
import english from "./en.json" with { type: "json" };
import chinese from "./zh.json" with { type: "json" };

const sources = import.meta.glob<string>("../**/*.{ts,tsx}", {
  query: "?raw",
  import: "default",
  eager: true,
});
const pluralEnd = /_(one|other|zero|two|few|many)$/;

function keysOf(catalogue: object, prefix = ""): string[] {
  return Object.entries(catalogue).flatMap(([key, value]: [string, unknown]) =>
    typeof value === "object" && value !== null ? keysOf(value, `${prefix}${key}.`) : [`${prefix}${key}`],
  );
}
const textOf = (catalogue: object, key: string): string =>
  String(key.split(".").reduce<unknown>((part, name) => (part as Record<string, unknown>)[name], catalogue));

/** `t("a.b")`, `i18nKey="a.b"` and whatever else names a key whole; `t(`a.${x}`)` names all keys that begin so. */
function namesInSources(): { whole: Set<string>; beginnings: Set<string> } {
  const whole = new Set<string>();
  const beginnings = new Set<string>();
  for (const [file, text] of Object.entries(sources)) {
    if (file.endsWith(".test.ts")) continue;
    for (const [, name] of text.matchAll(/(?:\bt\(|i18nKey=)\s*"([\w.-]+)"/g)) whole.add(name ?? "");
    for (const [, name] of text.matchAll(/\bt\(\s*`([\w.-]+)\$\{/g)) beginnings.add(name ?? "");
  }
  return { whole, beginnings };
}

describe("the catalogues", () => {
  const keys = [...new Set(keysOf(english).map((key) => key.replace(pluralEnd, "")))];
  const { whole, beginnings } = namesInSources();

  it("have the same keys, apart from plurals that Chinese doesn't have", () => {
    const chineseKeys = [...new Set(keysOf(chinese).map((key) => key.replace(pluralEnd, "")))];
    expect(chineseKeys.toSorted()).toEqual(keys.toSorted());
  });
  it("use the same placeholders", () => {
    const holesOf = (catalogue: object) =>
      Object.fromEntries(
        keysOf(catalogue)
          .filter((key) => !key.endsWith("_one"))
          .map((key) => [
            key.replace(pluralEnd, ""),
            [...textOf(catalogue, key).matchAll(/\{\{(\w+)\}\}|<(\w+)/g)].map(String).toSorted(),
          ]),
      );
    expect(holesOf(chinese)).toEqual(holesOf(english));
  });
  it("have every key that the screens name", () => {
    expect([...whole].filter((key) => !keys.includes(key))).toEqual([]);
    expect([...beginnings].filter((start) => !keys.some((key) => key.startsWith(start)))).toEqual([]);
  });
  it("have no key that no screen names", () => {
    const isNamed = (key: string) => whole.has(key) || [...beginnings].some((start) => key.startsWith(start));
    expect(keys.filter((key) => !isNamed(key))).toEqual([]);
  });
  it("leave nothing empty", () => {
    for (const catalogue of [english, chinese]) {
      expect(keysOf(catalogue).filter((key) => textOf(catalogue, key).trim() === "")).toEqual([]);
    }
  });
});
