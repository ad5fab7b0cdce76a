import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CallerIdRules } from "../../contract/trunks.ts";
import { identify, identityHeaders } from "./caller-identity.ts";

const caller = { name: "Ann", number: "+4930111111" };
const rules = (show: CallerIdRules["show"], number: string | null = "+4930999999"): CallerIdRules => ({
  ...{ show, number, identity: "from" },
});
const isOurs = (number: string) => number === "+4930555555";
const ask = { isOurs, isEmergency: false };

describe("who calls", () => {
  it("is shown as it is, as one of ours, or as the fixed number", () => {
    expect(identify({ ...ask, caller, rules: rules("as-is") })).toMatchObject({
      name: "Ann",
      shown: "+4930111111",
    });
    expect(identify({ ...ask, caller, rules: rules("ours") })).toMatchObject({
      name: "",
      shown: "+4930999999",
    });
    const own = { name: "Us", number: "+4930555555" };
    expect(identify({ ...ask, caller: own, rules: rules("ours") })).toMatchObject({
      name: "Us",
      shown: own.number,
    });
    expect(identify({ ...ask, caller: own, rules: rules("fixed") })).toMatchObject({ shown: "+4930999999" });
    const web = { name: "web", number: "web" };
    expect(identify({ ...ask, caller: web, rules: rules("as-is") })).toMatchObject({
      name: "",
      shown: "+4930999999",
    });
  });

  it("stays withheld when it was withheld, whatever the rule", () => {
    const hidden = { name: "", number: "anonymous" };
    for (const show of ["as-is", "ours", "fixed", "anonymous"] as const)
      expect(identify({ ...ask, caller: hidden, rules: rules(show) }).shown).toBeNull();
    expect(identify({ ...ask, caller, rules: rules("anonymous") })).toEqual({
      ...{ name: "", shown: null, asserted: "+4930999999" },
    });
  });

  it("is never withheld from an emergency service", () => {
    const numbers = fc.constantFrom("anonymous", "+4930111111", "+4930555555", "web");
    const shows = fc.constantFrom("as-is", "ours", "fixed", "anonymous");
    fc.assert(
      fc.property(numbers, shows, (number, show) => {
        const identity = identify({
          isOurs,
          isEmergency: true,
          caller: { name: "", number },
          rules: rules(show),
        });
        expect(identity.shown).not.toBeNull();
      }),
    );
    expect(identify({ isOurs, isEmergency: true, caller, rules: rules("anonymous", null) }).shown).toBe(
      "+4930111111",
    );
  });
});

describe("the headers that say it", () => {
  const shown = { name: 'An "n"', shown: "+4930111111", asserted: "+4930111111" };
  const hidden = { name: "", shown: null, asserted: "+4930999999" };
  const at = { host: "carrier.example", write: (number: string) => number.slice(1) };

  it("are From alone, or one that the carrier believes", () => {
    const From = '"An \\"n\\"" <sip:4930111111@carrier.example>';
    expect(identityHeaders(shown, { ...at, header: "from" })).toEqual({ From });
    expect(identityHeaders(shown, { ...at, header: "p-asserted-identity" })).toEqual({
      From,
      "P-Asserted-Identity": From,
    });
    expect(identityHeaders(shown, { ...at, header: "remote-party-id" })).toEqual({
      From,
      "Remote-Party-ID": `${From};party=calling;screen=yes;privacy=off`,
    });
  });

  it("tell the carrier alone when the number is withheld", () => {
    expect(identityHeaders(hidden, { ...at, header: "p-asserted-identity" })).toEqual({
      From: '"Anonymous" <sip:anonymous@anonymous.invalid>',
      "P-Asserted-Identity": "<sip:4930999999@carrier.example>",
      Privacy: "id",
    });
    expect(identityHeaders(hidden, { ...at, header: "remote-party-id" })["Remote-Party-ID"]).toContain(
      "privacy=full",
    );
    const nothing = identityHeaders({ ...hidden, asserted: null }, { ...at, header: "p-asserted-identity" });
    expect(Object.keys(nothing)).toEqual(["From", "Privacy"]);
  });

  it("hold one line each, whatever the name", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (name, number) => {
        const identity = { name, shown: number, asserted: number };
        const headers = identityHeaders(identity, {
          ...at,
          write: (text) => text,
          header: "remote-party-id",
        });
        for (const value of Object.values(headers)) expect(value).not.toMatch(/[\r\n]/);
      }),
    );
  });
});
