// The ports that docs/install.md lists are those that the stack uses, and the firewall opens those that it says.
const page = "docs/install.md";
const firewall = "deploy/nftables.conf";
/** The web server's, by being one; the machine's own sign-in. */
const byProtocol = ["80", "443"];
const ofTheMachine = ["22"];

export function portProblems(tree) {
  const told = portsTold(tree.read(page));
  const used = portsUsed(tree);
  const open = portsOpened(tree.read(firewall));
  const names = told.map(({ ports }) => ports);
  const toOthers = told.filter(({ openTo }) => openTo !== "this machine").map(({ ports }) => ports);
  const missing = (what, from) => what.filter((one) => !from.includes(one));
  return [
    ...missing(used, names).map((port) => `${page}: port ${port} is used and not listed`),
    ...missing(names, used).map((port) => `${page}: lists port ${port}, which nothing uses`),
    ...missing(toOthers, open).map((port) => `${firewall}: does not open ${port}`),
    ...missing(open, [...toOthers, ...ofTheMachine]).map(
      (port) => `${firewall}: opens ${port}, which ${page} does not`,
    ),
  ];
}

/** Rows of the table: `| 5060 | UDP, TCP | what | open to |`. */
function portsTold(text) {
  const rows = [...text.matchAll(/^\|\s*(\d+(?:-\d+)?)\s*\|[^|]*\|[^|]*\|\s*([^|]*?)\s*\|$/gm)];
  return rows.map(([, ports, openTo]) => ({ ports, openTo }));
}

function portsUsed(tree) {
  const { services } = tree.yaml("docker-compose.yml");
  const words = Object.values(services).flatMap(
    ({ environment = {}, command = [], ports = [], healthcheck = {} }) => [
      ...Object.entries(environment).map(([name, value]) =>
        name.endsWith("_PORT") ? `:${value}` : String(value),
      ),
      ...[command, ports, healthcheck.test ?? []].flat().map(String),
    ],
  );
  const plain = words.map((word) =>
    word.replaceAll(/\$\{\w+:-(\d+)\}/g, "$1").replaceAll(/\$\{[^}]*\}+/g, "x"),
  );
  const ofCompose = plain.flatMap((word) =>
    [...word.matchAll(/:(\d{2,5})(?![\d.])/g)].map(([, port]) => port),
  );
  const coturn = tree.read("deploy/coturn/start.sh");
  const media = tree.read("freeswitch-config/vars.xml");
  const find = (text, pattern) => [...text.matchAll(pattern)].map(([, port]) => port);
  return [
    ...new Set([
      ...byProtocol,
      ...ofCompose,
      ...find(coturn, /TURN_(?:TLS_)?PORT:-(\d+)/g),
      find(coturn, /(?:min|max)-port=(\d+)/g).join("-"),
      ...find(media, /data="(?:sip|event_socket)_port=(\d+)"/g),
      // "1" before the other one: 15080.
      ...find(media, /data="sip_port=(\d+)"/g).flatMap((port) =>
        /offer_sip_port=1\$\$/.test(media) ? [`1${port}`] : [],
      ),
      find(media, /data="rtp_(?:start|end)_port=(\d+)"/g).join("-"),
    ]),
  ];
}

/** Of the rules, without what they say of addresses. */
function portsOpened(text) {
  const rules = text.split("\n").filter((line) => /dport/.test(line) && !/^\s*#/.test(line));
  return [
    ...new Set(
      rules.flatMap((rule) => /dport (.*?)(?: ip saddr| accept)/.exec(rule)[1].match(/\d+(-\d+)?/g)),
    ),
  ];
}
