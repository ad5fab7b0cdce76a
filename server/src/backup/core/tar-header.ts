/** Headers of tar, ustar (POSIX.1-1988): https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html */
export const blockBytes = 512;

export interface TarHeader {
  path: string;
  bytes: number;
  /** Seconds. */
  modifiedAt: number;
}

/** Throws a RangeError for a path that ustar can't hold (more than 100 bytes after its last fitting slash). */
export function encodeHeader({ path, bytes, modifiedAt }: TarHeader): Buffer {
  const { prefix, name } = splitPath(path);
  const header = Buffer.alloc(blockBytes);
  header.write(name, 0, 100, "utf8");
  header.write("0000600\0", 100, "latin1"); // mode
  header.write("0000000\0", 108, "latin1"); // owner
  header.write("0000000\0", 116, "latin1"); // group
  writeSize(header, bytes);
  header.write(`${Math.max(0, Math.floor(modifiedAt)).toString(8).padStart(11, "0")}\0`, 136, "latin1");
  header.write("        ", 148, "latin1"); // the checksum's own place counts as spaces
  header.write("0", 156, "latin1"); // an ordinary file
  header.write("ustar\u000000", 257, "latin1");
  header.write(prefix, 345, 155, "utf8");
  header.write(`${sumOf(header).toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return header;
}

/** Null at the end (a block of zeros). Throws an Error with a sentence for what is no header of ours. */
export function decodeHeader(header: Buffer): TarHeader | null {
  if (header.every((byte) => byte === 0)) return null;
  const blanked = Buffer.from(header);
  blanked.write("        ", 148, "latin1");
  if (readOctal(header, 148, 8) !== sumOf(blanked)) throw new Error("a header is damaged");
  const type = header.toString("latin1", 156, 157);
  const prefix = readText(header, 345, 155);
  const path = `${prefix === "" ? "" : `${prefix}/`}${readText(header, 0, 100)}`;
  if (type !== "0" && type !== "\0") throw new Error(`${path} is not an ordinary file`);
  return { path, bytes: readSize(header), modifiedAt: readOctal(header, 136, 12) };
}

/** How many bytes follow an entry to fill its last block. */
export function paddingOf(bytes: number): number {
  return (blockBytes - (bytes % blockBytes)) % blockBytes;
}

function splitPath(path: string): { prefix: string; name: string } {
  if (Buffer.byteLength(path) <= 100) return { prefix: "", name: path };
  for (let at = path.indexOf("/"); at > 0; at = path.indexOf("/", at + 1)) {
    const [prefix, name] = [path.slice(0, at), path.slice(at + 1)];
    if (Buffer.byteLength(name) <= 100 && Buffer.byteLength(prefix) <= 155) return { prefix, name };
  }
  throw new RangeError(`${path}: the name is too long for an archive`);
}

const largestOctal = 8 ** 11 - 1;

/** From 8 GiB on in base 256, as GNU tar does, and every tar reads. */
function writeSize(header: Buffer, bytes: number): void {
  if (bytes <= largestOctal) {
    header.write(`${bytes.toString(8).padStart(11, "0")}\0`, 124, "latin1");
    return;
  }
  header[124] = 0x80;
  header.writeBigUInt64BE(BigInt(bytes), 128);
}

function readSize(header: Buffer): number {
  return header[124] === 0x80 ? Number(header.readBigUInt64BE(128)) : readOctal(header, 124, 12);
}

function readOctal(header: Buffer, at: number, length: number): number {
  return Number.parseInt(readText(header, at, length).trim() || "0", 8);
}

function readText(header: Buffer, at: number, length: number): string {
  const field = header.subarray(at, at + length);
  const end = field.indexOf(0);
  return field.toString("utf8", 0, end === -1 ? length : end);
}

function sumOf(header: Buffer): number {
  return header.reduce((sum, byte) => sum + byte, 0);
}
