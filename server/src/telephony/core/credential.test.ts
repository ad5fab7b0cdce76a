import { describe, expect, it } from "vitest";
import { issueCredential, passwordOf, readCredential } from "./credential.ts";

const personId = "6f1c0f9e-7d53-4f1e-9b9c-0d8a2a4a1c11";

describe("an issued credential", () => {
  it("says for whom and until when, and its password follows from the key", () => {
    const credential = issueCredential("key", { kind: "person", personId }, 1_700_000_000_000);
    expect(readCredential(credential.username)).toEqual({
      subject: { kind: "person", personId },
      expiresAt: 1_700_000_000_000,
    });
    expect(passwordOf("key", credential.username)).toBe(credential.password);
    expect(passwordOf("other key", credential.username)).not.toBe(credential.password);
    const guest = issueCredential("key", { kind: "guest", number: "+15550100" }, 5);
    expect(readCredential(guest.username)?.subject).toEqual({ kind: "guest", number: "+15550100" });
    expect(guest.username).toMatch(/^[A-Za-z0-9.+_-]+$/);
  });

  it("is never the same twice", () => {
    const issue = () => issueCredential("key", { kind: "person", personId }, 1).username;
    expect(issue()).not.toBe(issue());
  });

  it.each(["", "desk1", "p.x y.1.abcdefghijkl", `p.${personId}`, "g.1.1.abcdefghijkl", "g.1000.1.short"])(
    "is not %j",
    (username) => {
      expect(readCredential(username)).toBeNull();
    },
  );
});
