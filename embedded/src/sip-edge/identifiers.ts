import { createHash, randomBytes, randomUUID } from "node:crypto";

/** RFC 3261 section 19.3: at least 32 bits of randomness. */
export function newTag(): string {
  return randomBytes(8).toString("hex");
}

export function newBranch(): string {
  return `z9hG4bK${randomBytes(10).toString("hex")}`;
}

export function newTransactionId(): string {
  return randomUUID();
}

/** The same tag for the same request, for answers that leave no state behind. */
export function statelessTag(seed: string): string {
  return createHash("sha256").update(seed).digest("hex").slice(0, 16);
}
