// Which variables the programs read. `.env.example` is held against server/src/config.ts by a test of its own.
import { variables } from "./env-file.mjs";

/** What drachtio-server reads (src/controller.cpp of drachtio/drachtio-server), as far as it is used here. */
const drachtio = [
  "DRACHTIO_ADMIN_ADDRESS",
  "DRACHTIO_ADMIN_TCP_PORT",
  "DRACHTIO_SECRET",
  "DRACHTIO_CONSOLE_LOGGING",
  "DRACHTIO_LOGLEVEL",
  "DRACHTIO_SOFIA_LOGLEVEL",
  "DRACHTIO_PROMETHEUS_SCRAPE_PORT",
];
/** What deploy/coturn/start.sh reads, in the container that runs it. */
const coturnScript = "deploy/coturn/start.sh";

/** What `npm run test:live` reads besides. */
const liveFiles = ["embedded/conformance/pair.ts", "scripts/test-live.mjs"];

const all = (text, pattern) => new Set([...text.matchAll(pattern)].map(([, name]) => name));

/** Names of the variables of each program. */
export function namesOf(tree) {
  return {
    ringdown: all(tree.read(".env.example"), /^#?([A-Z][A-Z0-9_]+)=/gm),
    freeswitch: all(tree.read("freeswitch-config/vars.xml"), /cmd="env-set" data="\w+=\$(\w+)"/g),
    drachtio: new Set(drachtio),
    coturn: all(tree.read(coturnScript), /\$\{?(TURN_\w+)/g),
    caddy: all(tree.read("deploy/Caddyfile"), /\{\$(\w+)/g),
    live: new Set(liveFiles.flatMap((path) => [...all(tree.read(path), /\b(RINGDOWN_LIVE_[A-Z]+)/g)])),
    file: new Set(variables.map(({ name }) => name)),
  };
}

/** Variables of ours that a text names and no program reads. */
export function unknownIn(text, names) {
  const known = Object.values(names).reduce((sum, some) => new Set([...sum, ...some]), new Set());
  const said = all(text, /\b((?:RINGDOWN|DRACHTIO|FREESWITCH)_[A-Z0-9_]*[A-Z0-9])\b(?![*…])/g);
  // DRACHTIO_* and the like name a family.
  return [...said].filter((name) => !known.has(name));
}
