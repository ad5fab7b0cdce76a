import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TlsIdentity } from "../transport/stream-listener.ts";

export interface Authority {
  /** Its own certificate, PEM. */
  ca: string;
  /** A certificate for these alternative names (`DNS:carrier.test`), valid for so many days from yesterday on. */
  issue(names: string, days?: number): TlsIdentity;
  close(): void;
}

const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];

/** A certificate authority of the test's own, made now by the openssl program. */
export function makeAuthority(): Authority {
  const folder = mkdtempSync(join(tmpdir(), "sip-edge-ca-"));
  const path = (name: string) => join(folder, name);
  const read = (name: string) => readFileSync(path(name), "utf8");
  const openssl = (...args: string[]) => execFileSync("openssl", args, { stdio: "pipe" });
  const authority = ["-subj", "/CN=The test's authority", "-keyout", path("ca.key"), "-out", path("ca.pem")];
  openssl("req", "-x509", ...curve, "-days", "2", ...authority);
  let serial = 1;
  return {
    ca: read("ca.pem"),
    issue: (names, days = 2) => {
      const name = `${++serial}`;
      const request = ["-subj", "/CN=somebody", "-keyout", path(`${name}.key`), "-out", path(`${name}.csr`)];
      openssl("req", "-new", ...curve, ...request);
      writeFileSync(path(`${name}.ext`), `subjectAltName=${names}\n`);
      const issuer = ["-CA", path("ca.pem"), "-CAkey", path("ca.key"), "-set_serial", name];
      const signed = ["-days", `${days}`, "-extfile", path(`${name}.ext`), "-out", path(`${name}.pem`)];
      openssl("x509", "-req", "-in", path(`${name}.csr`), ...issuer, ...signed);
      return { key: read(`${name}.key`), cert: read(`${name}.pem`) };
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}
