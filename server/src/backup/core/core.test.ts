import { describe, expect, it } from "vitest";
import { kindOf } from "./manifest.ts";
import { decodeHead, deriveKey, encodeHead, openPiece, sealPiece } from "./sealing.ts";
import { decodeHeader, encodeHeader } from "./tar-header.ts";

describe("a tar header", () => {
  it.each([
    ["about.json", 0],
    [`files/${"long/".repeat(30)}${"n".repeat(90)}.wav`, 8 ** 11 - 1],
    ["files/recordings/huge.wav", 9_000_000_000],
  ])("%s of %d bytes is read as it was written", (path, bytes) => {
    const header = { path, bytes, modifiedAt: 1_800_000_000 };
    expect(decodeHeader(encodeHeader(header))).toEqual(header);
  });

  it("is refused when it is damaged, and when the name is too long", () => {
    const header = encodeHeader({ path: "about.json", bytes: 1, modifiedAt: 0 });
    header[3] = (header[3] ?? 0) ^ 1;
    expect(() => decodeHeader(header)).toThrow("damaged");
    expect(() => encodeHeader({ path: "n".repeat(101), bytes: 1, modifiedAt: 0 })).toThrow(RangeError);
    expect(decodeHeader(Buffer.alloc(512))).toBeNull();
  });
});

describe("a part's path", () => {
  it.each([
    "files/../etc/passwd",
    "files//etc/passwd",
    "files/a/../../b",
    "files/",
    "files/a/",
    "/files/a",
    "other",
    "database/a b/000000.copy",
    "database/x/1.copy",
  ])(
    // prettier-ignore
    "%s is no backup's",
    (path) => {
      expect(kindOf(path)).toBeNull();
    },
  );

  it("says whether it is a table's rows or a file", () => {
    expect(kindOf("database/person/000001.copy")).toEqual({ kind: "table", table: "person" });
    expect(kindOf("files/recordings/2026/a..b.wav")).toEqual({
      kind: "file",
      file: "recordings/2026/a..b.wav",
    });
  });
});

describe("a sealed piece", () => {
  const head = { cost: 10, salt: Buffer.alloc(16, 3) };
  const key = deriveKey("passphrase", head);
  const sealed = sealPiece(key, 4, false, Buffer.from("words"));

  it("opens only under its key, at its place, unchanged", () => {
    expect(openPiece(key, 4, false, sealed).toString()).toBe("words");
    expect(() => openPiece(key, 5, false, sealed)).toThrow();
    expect(() => openPiece(key, 4, true, sealed)).toThrow();
    expect(() => openPiece(deriveKey("passphrasf", head), 4, false, sealed)).toThrow();
    const changed = Buffer.from(sealed);
    changed[0] = (changed[0] ?? 0) ^ 1;
    expect(() => openPiece(key, 4, false, changed)).toThrow();
  });

  it("has a head that says how the key is derived, within bounds", () => {
    expect(decodeHead(encodeHead(head))).toEqual(head);
    expect(decodeHead(encodeHead({ ...head, cost: 40 }))).toBeNull();
  });
});
