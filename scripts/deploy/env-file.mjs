// What `.env` of a production server holds, as data: `make-env.mjs` writes it, `check-deploy.mjs` knows its names.
import { randomBytes } from "node:crypto";

const hex = () => randomBytes(24).toString("hex");
const base64Key = () => randomBytes(32).toString("base64");

/** Of the programs themselves. */
const shared = [
  { name: "DRACHTIO_SECRET", about: "The control port of the SIP edge.", secret: hex },
  { name: "FREESWITCH_SECRET", about: "The event socket of the media server.", secret: hex },
  { name: "RINGDOWN_TURN_SECRET", about: "What credentials for the relay are made from.", secret: hex },
  {
    name: "RINGDOWN_SECRETS_KEY",
    about: "Encrypts carriers' passwords. Keep a copy with your backups: without it they are typed again.",
    secret: base64Key,
  },
];

/** Of the stores. */
const passwords = [
  {
    name: "POSTGRES_PASSWORD",
    about: "The database's. It is set once, when its volume is made.",
    secret: hex,
  },
  { name: "REDIS_PASSWORD", about: "The router's log.", secret: hex },
];

/**
 * What docker-compose.yml needs. `secret` is random and never shown, `answer` comes from whoever installs. Secrets are
 * hexadecimal where they stand in a URL.
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
  ...passwords,
  ...shared,
  { name: "GRAFANA_PASSWORD", about: "Grafana's administrator (user admin).", secret: hex },
];

/** What the secret of deploy/kubernetes needs. */
export const clusterVariables = [
  ...passwords,
  ...shared,
  {
    name: "DATABASE_URL",
    about: "The database: the example's, unless another was named.",
    answer: "database",
  },
  { name: "REDIS_URL", about: "The router's log, likewise.", answer: "redis" },
];

/** The names that a `.env` file sets, with their values. */
export function readEnv(text) {
  const lines = text.split("\n").map((line) => /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=(.*)$/.exec(line));
  return new Map(lines.filter((match) => match !== null).map(([, name, value]) => [name, value.trim()]));
}

/** The variables that the file does not set. An empty one is set: its owner wanted it so. */
export function missingFrom(text, wanted = variables) {
  const set = readEnv(text);
  return wanted.filter(({ name }) => !set.has(name));
}

/** The lines for these variables, each under the comment that says what it is. `present` is what the file sets already. */
function linesFor(wanted, answers, present) {
  const values = new Map(present);
  for (const { name, secret } of wanted) if (secret !== undefined) values.set(name, secret());
  const stores = {
    database: `postgres://ringdown:${values.get("POSTGRES_PASSWORD")}@postgres:5432/ringdown`,
    redis: `redis://:${values.get("REDIS_PASSWORD")}@redis:6379`,
  };
  return wanted.map(({ name, about, answer }) => {
    const value = answer === undefined ? values.get(name) : (answers[answer] ?? stores[answer] ?? "");
    return `# ${about}\n${name}=${value}\n`;
  });
}

export function newEnv(answers, wanted = variables) {
  return [
    "# Ringdown in production. Nobody else may read this file.\n",
    ...linesFor(wanted, answers, []),
  ].join("\n");
}

/** The file with what it lacks at its end, and every line of it as it was. */
export function completedEnv(text, answers, wanted = variables) {
  const before = text === "" || text.endsWith("\n") ? text : `${text}\n`;
  return [before, ...linesFor(missingFrom(text, wanted), answers, readEnv(text))].join("\n");
}
