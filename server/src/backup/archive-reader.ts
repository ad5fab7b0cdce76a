import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { createGunzip } from "node:zlib";
import { Failure } from "../base/failure.ts";
import { describeError } from "../base/log.ts";
import { blockBytes, decodeHeader, paddingOf } from "./core/tar-header.ts";
import { headBytes, decodeHead } from "./core/sealing.ts";
import { ByteReader } from "./byte-reader.ts";
import { unseal } from "./sealing.ts";

export interface Entry {
  path: string;
  bytes: number;
  /** To be read to its end before the next entry. */
  body: AsyncIterable<Buffer>;
}

/**
 * The entries of an archive, in order. Failure "bad-request" that names the archive when it is damaged, cut off, or
 * no backup, and when the passphrase is missing or wrong.
 */
export async function* readArchive(archive: string, passphrase: string | null): AsyncGenerator<Entry> {
  const sealed = await isSealed(archive);
  if (sealed && passphrase === null)
    throw new Failure("bad-request", `${archive} is encrypted: name its passphrase (--passphrase-file)`);
  const file = createReadStream(archive);
  const gunzip = createGunzip();
  try {
    const plain = sealed ? unseal(file, passphrase ?? "") : (file as AsyncIterable<Buffer>);
    for await (const entry of readEntries(new ByteReader(inflate(plain, gunzip))))
      yield { ...entry, body: naming(archive, entry.body) };
  } catch (error) {
    throw damaged(archive, error);
  } finally {
    file.destroy();
    gunzip.destroy();
  }
}

/** A body is read from outside of the loop above: what is wrong with the archive comes out here too. */
async function* naming(archive: string, body: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield* body;
  } catch (error) {
    throw damaged(archive, error);
  }
}

function damaged(archive: string, error: unknown): Failure {
  if (error instanceof Failure) return error;
  return new Failure("bad-request", `${archive} is damaged or cut off: ${describeError(error)}`);
}

async function isSealed(archive: string): Promise<boolean> {
  const handle = await open(archive).catch((error: unknown) => {
    throw new Failure("not-found", `${archive} can't be read: ${describeError(error)}`);
  });
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(headBytes), 0, headBytes, 0);
    const head = buffer.subarray(0, bytesRead);
    if (decodeHead(head) !== null) return true;
    if (head[0] === 0x1f && head[1] === 0x8b) return false;
    throw new Failure("bad-request", `${archive} is not a backup of Ringdown`);
  } finally {
    await handle.close();
  }
}

type Gunzip = ReturnType<typeof createGunzip>;

/** Feeds one end and reads the other; a failure of the source is the reader's. */
async function* inflate(source: AsyncIterable<Buffer>, gunzip: Gunzip): AsyncGenerator<Buffer> {
  const feeding = feed(source, gunzip);
  feeding.catch((error: unknown) => gunzip.destroy(error as Error));
  yield* gunzip as AsyncIterable<Buffer>;
  await feeding;
}

async function feed(source: AsyncIterable<Buffer>, gunzip: Gunzip): Promise<void> {
  for await (const chunk of source) {
    if (gunzip.destroyed) return;
    if (!gunzip.write(chunk)) await new Promise((resolve) => afterDrain(gunzip, resolve));
  }
  gunzip.end();
}

function afterDrain(gunzip: Gunzip, resolve: (value?: unknown) => void): void {
  const done = () => {
    gunzip.off("drain", done).off("close", done);
    resolve();
  };
  gunzip.on("drain", done).on("close", done);
}

async function* readEntries(reader: ByteReader): AsyncGenerator<Entry> {
  for (;;) {
    const header = decodeHeader(await reader.take(blockBytes));
    if (header === null) break;
    const { path, bytes } = header;
    const body = reader.stream(bytes);
    yield { path, bytes, body };
    for await (const _rest of body); // what the reader left
    await reader.take(paddingOf(bytes));
  }
  await reader.drain(); // the last block, and the checksum of gzip and the mark of the seal behind it
}
