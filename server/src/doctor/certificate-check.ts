import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { isIP } from "node:net";
import { connect } from "node:tls";
import { describeError } from "../base/log.ts";
import type { Config } from "../config.ts";
import type { Check, Surroundings } from "./check.ts";
import { judgeCertificate, sayChainProblem } from "./core/certificate.ts";
import { judgeHttpDate } from "./core/clocks.ts";
import { type Finding, notApplicable, ok, problem } from "./core/finding.ts";
import { askDrachtio } from "./control-socket.ts";

export function certificateChecks({ config }: Surroundings): Check[] {
  const { publicUrl, tls } = config.http;
  const host = publicUrl === undefined ? null : new URL(publicUrl).hostname;
  const checks: Check[] = [];
  if (publicUrl !== undefined)
    checks.push({ name: "public URL", run: (signal) => lookAtPublicUrl(publicUrl, signal) });
  if (tls) checks.push({ name: "TLS: our certificate", run: () => lookAtFiles(tls, host) });
  if (publicUrl === undefined && !tls)
    checks.push({
      name: "TLS",
      run: () =>
        Promise.resolve([notApplicable("TLS", "There is neither RINGDOWN_PUBLIC_URL nor RINGDOWN_TLS_CERT")]),
    });
  for (const server of config.servers?.drachtio ?? [])
    checks.push({
      name: `TLS: drachtio ${server.host}:${server.port}`,
      run: async (signal) => {
        // A drachtio that can't be asked is told of by its own check.
        const announced = await askDrachtio(server, signal).catch(() => null);
        const over = announced?.listeners.filter((each) => /^(tls|wss)\//.test(each)) ?? [];
        const looked = over.map((each) => lookAtListener(each.replace(/^\w+\//, ""), signal));
        return (await Promise.all(looked)).flat();
      },
    });
  return checks;
}

async function lookAtPublicUrl(publicUrl: string, signal: AbortSignal): Promise<Finding[]> {
  const url = new URL(publicUrl);
  const name = `public URL: ${url.host}`;
  const findings: Finding[] = [];
  if (url.protocol === "https:")
    findings.push(
      ...(await lookAtServer(
        `the public URL ${url.host}`,
        url.hostname,
        Number(url.port || 443),
        url.hostname,
        signal,
      )),
    );
  else if (!["localhost", "127.0.0.1", "[::1]"].includes(url.hostname))
    findings.push(
      problem(
        name,
        `${publicUrl} is not https: browsers give no microphone to such pages`,
        "Put a TLS proxy in front",
      ),
    );
  try {
    const answer = await fetch(new URL("/healthz", url), { signal, redirect: "manual" });
    const isOurs = answer.ok && (await answer.text()).includes('"ok":true');
    findings.push(
      isOurs
        ? ok(name, "Ringdown answers there")
        : problem(
            name,
            `Something else answers there (${answer.status})`,
            "See what the proxy sends to Ringdown's port",
          ),
      ...judgeHttpDate(url.host, answer.headers.get("date"), Date.now()),
    );
  } catch (error) {
    // An untrusted certificate has been told of already.
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    if (!findings.some(({ outcome }) => outcome === "problem"))
      findings.push(
        problem(name, `It does not answer: ${describeError(cause)}`, "See that Ringdown and the proxy run"),
      );
  }
  return findings;
}

async function lookAtListener(hostPort: string, signal: AbortSignal): Promise<Finding[]> {
  const at = hostPort.lastIndexOf(":");
  const host = hostPort.slice(0, at).replace(/^\[|\]$/g, "");
  return await lookAtServer(`drachtio's ${hostPort}`, host, Number(hostPort.slice(at + 1)), null, signal);
}

/** `name` null: the listener's address is no name, so neither it nor the chain is judged. */
function lookAtServer(
  what: string,
  host: string,
  port: number,
  name: string | null,
  signal: AbortSignal,
): Promise<Finding[]> {
  return new Promise((resolve) => {
    const servername = name !== null && isIP(name) === 0 ? { servername: name } : {};
    const socket = connect({ host, port, ...servername, rejectUnauthorized: false });
    const fail = (error: unknown) => {
      socket.destroy();
      const advice = "See that it listens there, and that its certificate and key fit";
      resolve([problem(`TLS: ${what}`, `No TLS there: ${describeError(error)}`, advice)]);
    };
    signal.addEventListener("abort", () => fail("no answer in time"));
    socket.on("error", fail);
    socket.on("secureConnect", () => {
      const certificate = socket.getPeerX509Certificate();
      // Node reports a wrong name here too; that is judged by itself.
      const { code } = (socket.authorizationError ?? {}) as { code?: string };
      const said = code ?? (socket.authorizationError ? String(socket.authorizationError) : "");
      const isChain = name !== null && said !== "" && said !== "ERR_TLS_CERT_ALTNAME_INVALID";
      socket.destroy();
      if (certificate === undefined) return fail("it showed no certificate");
      resolve(
        judgeCertificate(
          factsOf(what, name, certificate, isChain ? sayChainProblem(said) : null),
          Date.now(),
        ),
      );
    });
  });
}

async function lookAtFiles(
  { certPath, keyPath }: NonNullable<Config["http"]["tls"]>,
  host: string | null,
): Promise<Finding[]> {
  const name = "TLS: our certificate";
  try {
    const certificate = new X509Certificate(await readFile(certPath));
    const key = createPrivateKey(await readFile(keyPath));
    const findings = judgeCertificate(
      factsOf(`our certificate ${certPath}`, host, certificate, null),
      Date.now(),
    );
    if (certificate.checkPrivateKey(key)) return findings;
    const advice = "Set RINGDOWN_TLS_CERT and RINGDOWN_TLS_KEY to files that belong together";
    return [...findings, problem(name, `${keyPath} is not the key of ${certPath}`, advice)];
  } catch (error) {
    const advice = "Set RINGDOWN_TLS_CERT and RINGDOWN_TLS_KEY to PEM files that Ringdown's user may read";
    return [problem(name, `It can't be used: ${describeError(error)}`, advice)];
  }
}

function factsOf(
  what: string,
  host: string | null,
  certificate: X509Certificate,
  chainProblem: string | null,
) {
  const names = certificate.subjectAltName?.replaceAll(/(DNS|IP Address):/g, "") ?? "";
  const isForHost =
    host !== null && (isIP(host) ? certificate.checkIP(host) : certificate.checkHost(host)) !== undefined;
  // An authority may leave it empty (RFC 5280 section 4.1.2.6): Node then has none, whatever its types say.
  const subject = certificate.subject as string | undefined;
  return {
    ...{ what, host, names, chainProblem, isForHost },
    subject: subject?.split("\n").at(-1) ?? what,
    validFrom: Date.parse(certificate.validFrom),
    validTo: Date.parse(certificate.validTo),
  };
}
