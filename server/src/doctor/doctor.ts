/** Looks at everything that Ringdown needs, and says what to do. Disturbs nothing that runs. */
import { describeError } from "../base/log.ts";
import type { Config } from "../config.ts";
import { certificateChecks } from "./certificate-check.ts";
import type { Check, Running, Surroundings } from "./check.ts";
import { clockChecks } from "./clock-check.ts";
import { type Finding, hideSecrets, problem } from "./core/finding.ts";
import { drachtioChecks } from "./drachtio-check.ts";
import { freeswitchChecks } from "./freeswitch-check.ts";
import { machineChecks } from "./machine-check.ts";
import { networkChecks } from "./network-check.ts";
import { postgresCheck } from "./postgres-check.postgres.ts";
import { findProgram, programCheck } from "./program-check.ts";
import { redisCheck } from "./redis-check.redis.ts";

export { type Finding, worstOf } from "./core/finding.ts";
export { renderFindings } from "./core/render.ts";

export interface DoctorOptions {
  config: Config;
  environment: Readonly<Record<string, string | undefined>>;
  ntpServer: string | null;
  /** Of each check. */
  deadlineMs: number;
}

/** All checks at once, each with its own deadline; findings in the order of the checks. Never rejects. */
export async function examine({
  config,
  environment,
  ntpServer,
  deadlineMs,
}: DoctorOptions): Promise<Finding[]> {
  let asked: Promise<Running> | null = null;
  const running = () => (asked ??= findProgram(config, AbortSignal.timeout(deadlineMs / 2)));
  const around: Surroundings = { config, environment, ntpServer, running };
  const checks = [
    ...machineChecks(around),
    programCheck(around),
    postgresCheck(around),
    redisCheck(around),
    ...drachtioChecks(around),
    ...freeswitchChecks(around),
    ...networkChecks(around),
    ...certificateChecks(around),
    ...clockChecks(around),
  ];
  const found = await Promise.all(checks.map((check) => runCheck(check, deadlineMs)));
  const secrets = secretsOf(config);
  return found.flat().map((finding) => hideSecrets(finding, secrets));
}

async function runCheck({ name, run }: Check, deadlineMs: number): Promise<Finding[]> {
  const seconds = `${deadlineMs / 1_000} s`;
  const late = () => [
    problem(name, `No answer within ${seconds}`, "See that it runs and no firewall is between"),
  ];
  const deadline = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  // A moment after the signal: a check that hears it can tell more.
  const tooLate = new Promise<Finding[]>((resolve) => {
    timer = setTimeout(() => {
      deadline.abort();
      timer = setTimeout(() => resolve(late()), 100);
    }, deadlineMs);
  });
  try {
    return await Promise.race([run(deadline.signal), tooLate]);
  } catch (error) {
    if (deadline.signal.aborted) return late();
    return [problem(name, `The check itself failed: ${describeError(error)}`, "Please report this")];
  } finally {
    clearTimeout(timer);
    deadline.abort(); // whatever it left open
  }
}

function secretsOf({ databaseUrl, redisUrl, servers, turn, secretsKey }: Config): string[] {
  const passwords = [databaseUrl, redisUrl].flatMap((url) =>
    url === undefined ? [] : [new URL(url).password],
  );
  const plain = [...passwords, ...passwords.map(decodeURIComponent)];
  const shared = [...(servers?.drachtio ?? []), ...(servers?.freeswitch ?? [])].map(({ secret }) => secret);
  return [...plain, ...shared, turn?.secret ?? "", secretsKey ?? ""].filter((secret) => secret !== "");
}
