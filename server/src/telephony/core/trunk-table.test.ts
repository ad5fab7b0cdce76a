import { describe, expect, it } from "vitest";
import { plainTrunk, type TrunkPeer } from "../directories.ts";
import { TrunkTable } from "./trunk-table.ts";

const trunk = (id: string, rest: Partial<TrunkPeer>): TrunkPeer => ({
  ...plainTrunk,
  ...{ id, name: id },
  ...rest,
});

describe("trunks", () => {
  const table = new TrunkTable([
    trunk("off", { enabled: false, networks: ["192.0.2.10"], username: "off", secret: { password: "p" } }),
    trunk("one", { networks: ["192.0.2.10", "2001:db8::/32"] }),
    trunk("net", { networks: ["192.0.2.0/24"] }),
    trunk("pbx", { username: "pbx", secret: { password: "p" } }),
    trunk("half", { username: "half" }),
  ]);

  it.each([
    ["192.0.2.10", "one"],
    ["192.0.2.11", "net"],
    ["::ffff:192.0.2.11", "net"],
    ["2001:db8::7", "one"],
    ["[2001:db8::7]", "one"],
    ["192.0.3.1", undefined],
    ["nonsense", undefined],
    ["", undefined],
  ])("from %s is %s", (address, id) => {
    expect(table.findByAddress(address)?.id).toBe(id);
  });

  it("are found by a username that has a password", () => {
    expect(table.findByUsername("pbx")?.id).toBe("pbx");
    expect(table.findByUsername("half")).toBeUndefined();
    expect(table.findByUsername("off")).toBeUndefined();
    expect(table.hasDigestTrunks).toBe(true);
    expect(new TrunkTable([]).hasDigestTrunks).toBe(false);
  });
});
