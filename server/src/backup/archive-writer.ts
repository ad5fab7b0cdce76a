import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { Failure } from "../base/failure.ts";
import { describeError } from "../base/log.ts";
import type { Part } from "./core/manifest.ts";
import { blockBytes, encodeHeader, paddingOf } from "./core/tar-header.ts";

/** A part held in memory. */
export function* packBuffer(
  path: string,
  body: Buffer,
  modifiedAt: number,
  parts: Part[],
): Generator<Buffer> {
  yield encodeHeader({ path, bytes: body.length, modifiedAt });
  yield body;
  yield Buffer.alloc(paddingOf(body.length));
  parts.push({ path, bytes: body.length, sha256: createHash("sha256").update(body).digest("hex") });
}

/**
 * A file, as long as it is at this moment: one that grows is taken up to here. Nothing when it is gone (removed since
 * it was listed). Failure that names the file when it can't be read, or shrinks meanwhile.
 */
export async function* packFile(
  path: string,
  source: string,
  parts: Part[],
): AsyncGenerator<Buffer, void, undefined> {
  const found = await stat(source).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw unreadable(source, error);
  });
  if (found === null) return;
  const { size, mtimeMs } = found;
  yield encodeHeader({ path, bytes: size, modifiedAt: mtimeMs / 1_000 });
  const hash = createHash("sha256");
  let bytes = 0;
  if (size > 0)
    try {
      for await (const chunk of createReadStream(source, { end: size - 1 }) as AsyncIterable<Buffer>) {
        hash.update(chunk);
        bytes += chunk.length;
        yield chunk;
      }
    } catch (error) {
      throw unreadable(source, error);
    }
  if (bytes !== size) throw new Failure("conflict", `${source} became shorter while it was read`);
  yield Buffer.alloc(paddingOf(size));
  parts.push({ path, bytes, sha256: hash.digest("hex") });
}

/** Two blocks of zeros end a tar. */
export function endOfArchive(): Buffer {
  return Buffer.alloc(2 * blockBytes);
}

function unreadable(path: string, error: unknown): Failure {
  return new Failure("unavailable", `${path} can't be read: ${describeError(error)}`);
}
