/** What the operator reads when the program has started. */
import type { RunningApp } from "./app.ts";
import type { Config } from "./config.ts";

export function greet(version: string, config: Config, app: Pick<RunningApp, "addresses" | "links">): string {
  const { http, sip, webNumbers, metrics } = app.addresses;
  const lines = [
    "",
    `Ringdown ${version} is running${config.servers ? "" : " on the embedded pair (trial, development, tests: tens of calls)"}`,
    "",
    `  App          ${http}`,
    `  SIP          ${sip.length > 0 ? sip.join(", ") : "at drachtio"}`,
    ...webNumbers.map(({ number, label }) =>
      `  Web call     ${http}/call/${encodeURIComponent(number)}  ${label}`.trimEnd(),
    ),
    `  State        ${config.dataDir}`,
    ...(metrics === null ? [] : [`  Metrics      ${metrics}`]),
  ];
  if (app.links.firstAdministrator !== null)
    lines.push(
      "",
      "  Create the first administrator (this link works once):",
      `    ${app.links.firstAdministrator}`,
    );
  if (app.links.people.length > 0) {
    lines.push("", "  Demo agents (each link works once and sets a password):");
    for (const { name, url } of app.links.people) lines.push(`    ${name.padEnd(16)} ${url}`);
  }
  return `${lines.join("\n")}\n\n`;
}
