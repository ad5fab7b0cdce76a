/** Encrypts what must be known again: carriers' passwords. AES-256-GCM (NIST SP 800-38D), a random nonce for each. */
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { chmodSync, existsSync, linkSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describeError } from "../base/log.ts";

export interface SecretBox {
  /** `purpose` is bound to the text: what was sealed for one thing can't be opened as another. */
  seal(text: string, purpose: string): string;
  /** Null: sealed with another key, for another purpose, or changed. */
  open(sealed: string, purpose: string): string | null;
}

const version = "v1:";
const nonceBytes = 12;
const tagBytes = 16;

/** `key` has 32 bytes. */
export function openSecretBox(key: Buffer): SecretBox {
  return {
    seal(text, purpose) {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv("aes-256-gcm", key, nonce, { authTagLength: tagBytes });
      cipher.setAAD(Buffer.from(purpose, "utf8"));
      const content = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
      return version + Buffer.concat([nonce, cipher.getAuthTag(), content]).toString("base64");
    },
    open(sealed, purpose) {
      const bytes = Buffer.from(sealed.slice(version.length), "base64");
      if (!sealed.startsWith(version) || bytes.length < nonceBytes + tagBytes) return null;
      const nonce = bytes.subarray(0, nonceBytes);
      const decipher = createDecipheriv("aes-256-gcm", key, nonce, { authTagLength: tagBytes });
      decipher.setAAD(Buffer.from(purpose, "utf8"));
      decipher.setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes));
      try {
        return (
          decipher.update(bytes.subarray(nonceBytes + tagBytes), undefined, "utf8") + decipher.final("utf8")
        );
      } catch {
        return null; // the tag does not fit: another key, another purpose, or changed bytes
      }
    },
  };
}

/**
 * The key of this installation: the configured one (32 bytes in base64), else `secrets.key` in the data folder, made at
 * the first start and readable by its owner alone. Throws with a sentence when the file can't be used.
 */
export function readSecretsKey(configured: string | undefined, dataDir: string): Buffer {
  if (configured !== undefined) return Buffer.from(configured, "base64");
  const path = join(dataDir, "secrets.key");
  try {
    if (!existsSync(path)) makeKeyFile(path);
    chmodSync(path, 0o600);
  } catch (error) {
    throw new Error(`${path} can't be used: ${describeError(error)}`, { cause: error });
  }
  const key = Buffer.from(readFileSync(path, "utf8").trim(), "base64");
  if (key.length !== 32)
    throw new Error(`${path} holds no key of 32 bytes in base64; restore it, or set RINGDOWN_SECRETS_KEY`);
  return key;
}

/** Whole or not at all: of two processes that start at once, one makes the file and both read the same. */
function makeKeyFile(path: string): void {
  const draft = `${path}.${randomBytes(6).toString("hex")}`;
  writeFileSync(draft, `${randomBytes(32).toString("base64")}\n`, { flag: "wx", mode: 0o600 });
  try {
    linkSync(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}
