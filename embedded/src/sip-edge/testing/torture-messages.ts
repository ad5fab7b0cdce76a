import { readdirSync, readFileSync } from "node:fs";

/** The messages of RFC 4475, appendix A, byte for byte, by the RFC's names for them. */
export const tortureMessages: ReadonlyMap<string, Buffer> = new Map(
  readdirSync(new URL("./rfc4475/", import.meta.url))
    .filter((name) => name.endsWith(".dat"))
    .map((name) => [name.slice(0, -4), readFileSync(new URL(`./rfc4475/${name}`, import.meta.url))]),
);
