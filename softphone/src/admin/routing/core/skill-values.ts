import type { routing } from "@ringdown/contract";

type Values = routing.Skill["values"];

/** A line a value, with its name behind it: `zh Chinese`. Null when a line isn't that, or a value comes twice. */
export function parseSkillValues(text: string): Values | null {
  const values: Values = [];
  for (const line of text.split("\n").map((one) => one.trim())) {
    if (line === "") continue;
    const [, value = "", name = ""] = /^([A-Za-z0-9][A-Za-z0-9_-]{0,39})(?:[\s,;:=]+(.*))?$/.exec(line) ?? [];
    if (value === "" || /^(\d|10)$/.test(value) || values.some((one) => one.value === value)) return null;
    values.push({ value, name: (name.trim() || value).slice(0, 120) });
  }
  return values.length > 100 ? null : values;
}

export function writeSkillValues(values: Values): string {
  return values.map(({ value, name }) => (name === value ? value : `${value} ${name}`)).join("\n");
}

/** The key that a name suggests: `Technical help` gives `technical-help`. */
export function suggestKey(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replace(/^[^a-z]+/, "")
    .replace(/-$/, "")
    .slice(0, 40);
}
