// Who may import whom (docs/architecture.md), and that there are no cycles. Fails too when few modules were read:
// a tool that sees nothing finds nothing.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { cruise } from "dependency-cruiser";
import extractTSConfig from "dependency-cruiser/config-utl/extract-ts-config";
import { root } from "./prepare.mjs";

const fewestModules = 150;

/** The table of docs/architecture.md: folder of server/src → folders it may import (its own is always allowed). */
const allowed = {
  contract: [],
  base: ["contract"],
  store: ["base"],
  telephony: ["base", "contract", "store"],
  agents: ["base", "contract", "store"],
  customers: ["base", "contract", "store"],
  admin: ["base", "contract", "store"],
  recordings: ["base", "contract", "store", "agents", "customers", "admin", "telephony"],
  ivr: ["base", "contract", "store", "agents", "customers", "admin", "telephony"],
  acd: ["base", "contract", "store", "agents", "customers", "admin", "telephony", "recordings", "ivr"],
  interactions: [
    ...["base", "contract", "store", "agents", "customers", "admin", "telephony", "recordings", "ivr", "acd"],
  ],
  reports: ["base", "contract", "store"],
  metrics: ["base", "contract"],
  tracing: ["base", "contract"],
  // What a call is to the router, and what counts as what, are those of production.
  simulation: ["base", "contract", "store", "admin", "acd", "interactions", "reports"],
  backup: ["base", "contract", "store"],
  doctor: ["base", "contract", "store", "config.ts"],
  cli: ["base", "contract", "store", "admin", "simulation", "backup", "doctor", "config.ts"],
  api: ["base", "contract"],
};
// The telephony, store and other adapters' own tests may start the embedded pair and a database.
const isTest = "\\.(test|case)\\.ts$|/tests?/|/rig/";

/** A folder, or a file of the root. */
const within = (name) => `^server/src/${name.endsWith(".ts") ? `${name}$` : `${name}/`}`;

const folderRules = Object.entries(allowed).map(([folder, others]) => ({
  name: `${folder}-imports-only-its-own`,
  severity: "error",
  from: { path: `^server/src/${folder}/`, pathNot: isTest },
  to: { path: "^server/src/", pathNot: [folder, ...others].map(within).join("|") },
}));

/** From outside a folder, its door only: the file named like the folder, and what the doors name as public. */
const doors = ["acd", "backup", "doctor", "recordings", "simulation"].map((folder) => ({
  name: `${folder}-is-entered-by-its-door`,
  severity: "error",
  from: { path: "^server/src/", pathNot: `^server/src/${folder}/|^server/src/app|${isTest}` },
  to: { path: `^server/src/${folder}/`, pathNot: `^server/src/${folder}/${folder}\\.ts$` },
}));

const packageOnlyIn = (name, where) => ({
  name: `${name}-only-in-its-adapters`,
  severity: "error",
  from: { path: "^server/src/", pathNot: `${where}|${isTest}` },
  to: { path: `node_modules/${name}/` },
});

const rules = [
  {
    name: "no-cycles",
    severity: "error",
    from: {},
    to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
  },
  ...folderRules,
  ...doors,
  {
    name: "core-is-pure",
    severity: "error",
    from: { path: "^server/src/[a-z]+/core/", pathNot: isTest },
    to: {
      pathNot:
        "^server/src/[a-z]+/core/|^server/src/contract/|node_modules/(luxon|zod|libphonenumber-js)|^(node:)?(crypto|net)$",
      dependencyTypesNot: ["type-only"],
    },
  },
  {
    name: "app-imports-only-the-contract",
    severity: "error",
    from: { path: "^softphone/src/" },
    to: { path: "^(server|embedded)/", pathNot: "^server/src/contract/" },
  },
  {
    name: "embedded-imports-nothing-of-ours",
    severity: "error",
    from: { path: "^embedded/src/" },
    to: { path: "^(server|softphone)/" },
  },
  packageOnlyIn("express", "^server/src/api/"),
  packageOnlyIn("drachtio-(srf|fsmrf)", "^server/src/telephony/"),
  packageOnlyIn("prom-client", "^server/src/metrics/"),
  packageOnlyIn("@opentelemetry", "^server/src/tracing/"),
  packageOnlyIn("redis", "^server/src/store/|\\.redis\\.ts$|^server/src/acd/"),
];

process.chdir(root);
const tsConfig = extractTSConfig(join(root, "server/tsconfig.json"));
const alias = { "@ringdown/contract": join(root, "server/src/contract/contract.ts") };
const { output } = await cruise(
  ["server/src", "embedded/src", "softphone/src"],
  {
    validate: true,
    ruleSet: { forbidden: rules },
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
  },
  { alias },
  { tsConfig },
);
const { violations, totalCruised } = output.summary;
for (const { rule, from, to, cycle } of violations)
  console.error(`${rule.name}: ${from} → ${cycle ? cycle.map((step) => step.name).join(" → ") : to}`);
if (totalCruised < fewestModules)
  console.error(
    `only ${totalCruised} modules were read; at least ${fewestModules} are expected (a wrong TypeScript?)`,
  );
const { version } = JSON.parse(readFileSync("node_modules/typescript/package.json", "utf8"));
console.log(
  `boundaries: ${totalCruised} modules read with TypeScript ${version}, ${violations.length} violations`,
);
process.exitCode = violations.length === 0 && totalCruised >= fewestModules ? 0 : 1;
