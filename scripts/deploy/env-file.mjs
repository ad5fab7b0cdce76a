// What `.env` of a production server holds, as data: `make-env.mjs` writes it, `check-deploy.mjs` knows its names.
import { randomBytes } from "node:crypto";

const hex = () => randomBytes(24).toString("hex");
const base64Key = () => randomBytes(32).toString("base64");

/**
 * `secret` is random and never shown, `answer` comes from whoever installs. Secrets are hexadecimal where they stand in
 * a URL of docker-compose.yml.
 *
 * @type {{ name: string, about: string, secret?: () => string, answer?: string }[]}
 */
export const variables = [
  {
    name: "RINGDOWN_DOMAIN",
    about: "The name of the web app; also the realm of SIP credentials.",
    answer: "domain",
  },
  { name: "SIP_ADDRESS", about: "This machine's own address.", answer: "address" },
  {
    name: "EXTERNAL_ADDRESS",
    about: "The address that callers see; another one behind NAT.",
    answer: "external",
  },
  {
    name: "RINGDOWN_REGION",
    about: "Where numbers without a country code are from (ISO 3166).",
    answer: "region",
  },
  {
    name: "POSTGRES_PASSWORD",
    about: "The database's. It is set once, when the volume is made.",
    secret: hex,
  },
  { name: "REDIS_PASSWORD", about: "The router's log.", secret: hex },
  { name: "DRACHTIO_SECRET", about: "The control port of the SIP edge.", secret: hex },
  { name: "FREESWITCH_SECRET", about: "The event socket of the media server.", secret: hex },
  { name: "RINGDOWN_TURN_SECRET", about: "What credentials for the relay are made from.", secret: hex },
  {
    name: "RINGDOWN_SECRETS_KEY",
    about: "Encrypts carriers' passwords. Keep a copy with your backups: without it they are typed again.",
    secret: base64Key,
  },
  { name: "GRAFANA_PASSWORD", about: "Grafana's administrator (user admin).", secret: hex },
];

/** The names that a `.env` file sets, with their values. */
export function readEnv(text) {
  const lines = text.split("\n").map((line) => /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=(.*)$/.exec(line));
  return new Map(lines.filter((match) => match !== null).map(([, name, value]) => [name, value.trim()]));
}

/** The variables that the file does not set. An empty one is set: its owner wanted it so. */
export function missingFrom(text) {
  const set = readEnv(text);
  return variables.filter(({ name }) => !set.has(name));
}

/** The lines for these variables, each under the comment that says what it is. */
export function linesFor(wanted, answers) {
  return wanted.map(({ name, about, secret, answer }) => {
    const value = secret === undefined ? (answers[answer] ?? "") : secret();
    return `# ${about}\n${name}=${value}\n`;
  });
}

export function newEnv(answers) {
  const head = "# Ringdown's production stack (docker-compose.yml). Nobody else may read this file.\n";
  return [head, ...linesFor(variables, answers)].join("\n");
}
