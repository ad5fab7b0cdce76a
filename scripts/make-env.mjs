// `npm run setup:env`: writes the `.env` of a production server, with random secrets that it shows to nobody. It never
// changes a line that is there: after an upgrade it says what is new, and adds that with `--update`.
import { chmodSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { isIPv4 } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import { parseArgs } from "node:util";
import { addressesOf, externalAddress, ownAddress } from "./deploy/addresses.mjs";
import { clusterVariables, completedEnv, missingFrom, newEnv, variables } from "./deploy/env-file.mjs";
import { root, stop } from "./prepare.mjs";

const usage = `npm run setup:env -- [options]

  --domain NAME       name of the web app, like calls.example.com
  --address IP        this machine's own address (default: the one of the default route)
  --external IP       the address that callers see (default: the machine's, or the one that NAME has)
  --region CC         where numbers without a country code are from, like US (default: they stay as they are)
  --update            adds to an existing file what it lacks, and changes nothing else
  --file PATH         another file than .env
  --cluster           only the secrets, for deploy/kubernetes; with --database and --redis the URLs of stores elsewhere`;

const text = { type: "string" };
const options = {
  domain: text,
  address: text,
  external: text,
  region: text,
  file: text,
  database: text,
  redis: text,
};

function readOptions() {
  try {
    const flag = { type: "boolean", default: false };
    const flags = { update: flag, help: flag, cluster: flag };
    return parseArgs({ options: { ...options, ...flags } }).values;
  } catch (error) {
    return stop(`${error.message}\n\n${usage}`);
  }
}

/** Asks a person; without one, the default, or a sentence that says which option is needed. */
async function answer(question, option, given, fallback, isRight) {
  if (given !== undefined)
    return isRight(given) ? given : stop(`--${option} ${given}: that is not ${question}`);
  if (!process.stdin.isTTY) return fallback ?? stop(`--${option} is needed: ${question}`);
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  try {
    for (;;) {
      const hint = fallback === undefined ? "" : ` [${fallback}]`;
      const said = (await lines.question(`${question}${hint}: `)).trim() || (fallback ?? "");
      if (isRight(said)) return said;
    }
  } finally {
    lines.close();
  }
}

const isName = (said) => /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/i.test(said);

async function ask(given) {
  const domain = await answer("the name of the web app", "domain", given.domain, undefined, isName);
  const address = await answer("this machine's own address", "address", given.address, ownAddress(), isIPv4);
  const named = await addressesOf(domain);
  const guess = externalAddress(address, named);
  const external = await answer("the address that callers see", "external", given.external, guess, isIPv4);
  const isRegion = (said) => /^([A-Z]{2})?$/.test(said);
  const region = await answer("a country of ISO 3166, like US", "region", given.region, "", isRegion);
  if (!named.includes(external))
    console.log(
      named.length === 0
        ? `Note: ${domain} has no address yet. Give it ${external} before the first start: certificates need it.`
        : `Note: ${domain} has the address ${named.join(", ")}, not ${external}. Certificates need it to lead here.`,
    );
  return { domain, address, external, region };
}

/** A cluster has many machines: their addresses are in its own files. */
const wantedBy = ({ cluster }) => (cluster ? clusterVariables : variables);
const answersTo = async (given, missing) => {
  if (given.cluster) return { database: given.database, redis: given.redis };
  const ofTheMachine = missing.some(({ answer: key }) => key !== undefined && key !== "region");
  return ofTheMachine ? await ask(given) : { region: given.region ?? "" };
};

async function create(path, given) {
  const wanted = wantedBy(given);
  const answers = await answersTo(given, wanted);
  // "wx": a file that appeared meanwhile is not overwritten either.
  writeFileSync(path, newEnv(answers, wanted), { flag: "wx", mode: 0o600 });
  const where = given.cluster
    ? ""
    : ` for ${answers.domain}, ${answers.address}, seen as ${answers.external}`;
  console.log(`Wrote ${path}${where}.`);
  console.log("Its secrets are random. Keep a copy with your backups, and show it to nobody.");
}

async function update(path, present, given) {
  const missing = missingFrom(present, wantedBy(given));
  const names = missing.map(({ name }) => name).join(", ");
  if ((statSync(path).mode & 0o077) !== 0) {
    chmodSync(path, 0o600);
    console.log(`${path} could be read by others; now only by its owner.`);
  }
  if (missing.length === 0) return console.log(`${path} has every variable; nothing was changed.`);
  if (!given.update) stop(`${path} lacks ${names}. "npm run setup:env -- --update" adds them.`);
  const answers = await answersTo(given, missing);
  writeFileSync(path, completedEnv(present, answers, wantedBy(given)), { mode: 0o600 });
  console.log(`Added to ${path}: ${names}.`);
}

function readIfThere(path) {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error.code === "ENOENT") return undefined;
    return stop(`${path} can't be read: ${error.message}`);
  }
}

const given = readOptions();
if (given.help) {
  console.log(usage);
} else {
  const path = given.file ?? join(root, ".env");
  const present = readIfThere(path);
  await (present === undefined ? create(path, given) : update(path, present, given));
}
