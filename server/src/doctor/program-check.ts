import { readFile } from "node:fs/promises";
import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { join } from "node:path";
import { z } from "zod";
import { readiness } from "../contract/health.ts";
import type { Config } from "../config.ts";
import { startOf } from "../store/process-identity.ts";
import type { Check, Running, Surroundings } from "./check.ts";
import { type Finding, notApplicable, ok, problem, warning } from "./core/finding.ts";

/** Asks the port that the configuration names; who holds the data directory counts too, while it starts. */
export async function findProgram(config: Config, signal: AbortSignal): Promise<Running> {
  const parts = config.http.port === 0 ? null : await askReadiness(config, signal).catch(() => null);
  return { isRunning: parts !== null || (await ownsData(config.dataDir)), parts };
}

async function ownsData(dataDir: string): Promise<boolean> {
  const text = await readFile(join(dataDir, "owner.pid"), "utf8").catch(() => "");
  const [pid, started] = text.trim().split("\n");
  return Number(pid) > 0 && started !== undefined && (await startOf(Number(pid))) === started;
}

/** Whatever certificate it shows: this is our own port, and certificates have checks of their own. */
function askReadiness({ http }: Config, signal: AbortSignal): Promise<Running["parts"]> {
  const host = ["0.0.0.0", "::"].includes(http.host) ? "127.0.0.1" : http.host;
  return new Promise((resolve, reject) => {
    const options = {
      host,
      port: http.port,
      path: "/readyz",
      signal,
      rejectUnauthorized: false,
      agent: false,
    };
    const request = (http.tls ? requestHttps : requestHttp)(options, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk.slice(0, 100_000)));
      response.on("end", () => {
        try {
          resolve(z.object({ parts: readiness.result.shape.parts }).parse(JSON.parse(text)).parts);
        } catch {
          reject(new Error("it is another program"));
        }
      });
    });
    request.on("error", reject).end();
  });
}

export function programCheck({ running }: Surroundings): Check {
  return { name: "program", run: async () => judgeProgram(await running()) };
}

function judgeProgram({ isRunning, parts }: Running): Finding[] {
  if (!isRunning) return [notApplicable("program", "No Ringdown runs on this configuration")];
  if (parts === null)
    return [
      warning(
        "program",
        "A Ringdown uses the data directory, but does not answer on its port",
        "Wait until it has started, or see its log; was RINGDOWN_HTTP_PORT changed since?",
      ),
    ];
  const ill = Object.entries(parts).filter(([, part]) => !part.ok);
  if (ill.length === 0) return [ok("program", "It runs, and takes calls (/readyz)")];
  return ill.map(([name, { sentence }]) =>
    name === "draining"
      ? warning(
          "program: draining",
          `It runs, and stops soon: ${sentence}`,
          "Nothing; start it again afterwards",
        )
      : problem(
          `program: ${name}`,
          `It runs, but says of ${name}: ${sentence}`,
          "See the check of that part here",
        ),
  );
}
