/** coturn with the options of docs/nat.md, and a certificate by a CA of the test's own. */
import { execFileSync } from "node:child_process";
import { createHash, X509Certificate } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startProcess } from "../rig/processes.ts";
import type { RunningProcess } from "../rig/processes.ts";
import { publicAddress } from "./network.ts";

export const relaySecret = "the secret of the relay";
export const relayUrls = `turn:${publicAddress.relay}:3478,turns:${publicAddress.relay}:5349`;

export interface Certificates {
  chain: string;
  key: string;
  /** By which Chromium is told to trust the CA: the SHA-256 of its public key. */
  caFingerprint: string;
}

export function makeCertificates(folder: string): Certificates {
  const path = (name: string) => join(folder, name);
  const make = (name: string, args: string[]) => {
    const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-noenc"];
    const out = ["-keyout", path(`${name}.key`), "-out", path(`${name}.pem`), "-days", "2"];
    execFileSync("openssl", ["req", "-x509", ...key, ...out, ...args], { stdio: "pipe" });
  };
  make("ca", ["-subj", "/CN=Ringdown test CA"]);
  const signed = ["-CA", path("ca.pem"), "-CAkey", path("ca.key")];
  const name = ["-addext", `subjectAltName=IP:${publicAddress.relay}`];
  const leaf = ["-addext", "basicConstraints=critical,CA:FALSE", "-addext", "extendedKeyUsage=serverAuth"];
  make("relay", ["-subj", "/CN=relay", ...signed, ...name, ...leaf]);
  const ca = readFileSync(path("ca.pem"));
  writeFileSync(path("chain.pem"), Buffer.concat([readFileSync(path("relay.pem")), ca]));
  const publicKey = new X509Certificate(ca).publicKey.export({ type: "spki", format: "der" });
  const caFingerprint = createHash("sha256").update(publicKey).digest("base64");
  return { chain: path("chain.pem"), key: path("relay.key"), caFingerprint };
}

/** Resolves when it listens; sessions of an earlier one are not its own. */
export async function startRelay(namespace: string, { chain, key }: Certificates): Promise<RunningProcess> {
  const { relay, server } = publicAddress;
  const options = [
    ...["-n", "--log-file=stdout", "--no-cli", "--no-software-attribute", "--realm=ringdown.test"],
    ...["--fingerprint", "--use-auth-secret", `--static-auth-secret=${relaySecret}`],
    ...[`--listening-ip=${relay}`, `--relay-ip=${relay}`],
    ...["--listening-port=3478", "--tls-listening-port=5349", `--cert=${chain}`, `--pkey=${key}`],
    ...["--no-tlsv1", "--no-tlsv1_1", "--min-port=49160", "--max-port=49659"],
    ...["--no-multicast-peers", "--no-rfc5780", "--no-tcp-relay"],
    ...["--denied-peer-ip=0.0.0.0-255.255.255.255", `--allowed-peer-ip=${server}`],
    `--pidfile=${chain}.pid`,
  ];
  const args = ["netns", "exec", namespace, "turnserver", ...options];
  const process = await startProcess("ip", { name: "coturn", args });
  await process.saying(/Total General servers|listener opened on/);
  return process;
}
