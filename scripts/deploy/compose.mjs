// docker-compose.yml: the schema of Compose, and everything that it names in the tree.
import { Ajv } from "ajv";
import { namesOf } from "./names.mjs";
import { textsIn } from "./tree.mjs";

const file = "docker-compose.yml";

export function composeProblems(tree) {
  const compose = tree.yaml(file);
  const services = Object.entries(compose.services ?? {});
  const problems = [
    ...schemaProblems(tree, compose),
    ...variableProblems(tree, compose),
    ...orderProblems(compose),
    ...services.flatMap(([name, service]) =>
      [
        ...imageProblems(service),
        ...mountProblems(tree, compose, service),
        ...environmentProblems(tree, name, service),
        ...fenceProblems(service),
      ].map((problem) => `services.${name}: ${problem}`),
    ),
  ];
  return problems.map((problem) => `${file}: ${problem}`);
}

let compiled = { text: "", isRight: () => false };

/** Compiled once for each text: it takes longer than all the rest. */
function schemaOf(text) {
  if (compiled.text === text) return compiled.isRight;
  const { $schema: _, ...schema } = JSON.parse(text);
  const ajv = new Ajv({ strict: false, allErrors: true, allowUnionTypes: true });
  ajv.addFormat("duration", /^(\$\{.*\}|(\d+(\.\d+)?(ns|us|ms|s|m|h))+)$/);
  ajv.addFormat("ports", true);
  ajv.addFormat("expose", true);
  compiled = { text, isRight: ajv.compile(schema) };
  return compiled.isRight;
}

function schemaProblems(tree, compose) {
  const isRight = schemaOf(tree.read("deploy/schema/compose-spec.json"));
  if (isRight(compose)) return [];
  return isRight.errors.map(({ instancePath, message, params }) =>
    `the schema of Compose: ${instancePath} ${message} ${params.additionalProperty ?? ""}`.trimEnd(),
  );
}

/** A tag that names one version: latest, a bare name and `2` move. */
export function hasExactTag(image) {
  const tag = /^[^:@]+:([^:@]+)$/.exec(image.replace(/@sha256:[0-9a-f]{64}$/, ""))?.[1];
  return (
    tag !== undefined &&
    /^v?\d+\.\d+/.test(tag) &&
    (/^v?\d+\.\d+\.\d+/.test(tag) || image.startsWith("postgres:"))
  );
}

function imageProblems({ image, build }) {
  if (image === undefined) return build === undefined ? ["has neither an image nor a build"] : [];
  return hasExactTag(image) ? [] : [`${image} has no exact version`];
}

/** `./path:/inside:ro` and `volume:/inside`. */
function mountProblems(tree, compose, { volumes = [] }) {
  return volumes.flatMap((mount) => {
    const [source] = String(mount).split(":");
    if (!/^[./]/.test(source))
      return source in (compose.volumes ?? {}) ? [] : [`there is no volume ${source}`];
    if (source.startsWith("/")) return [`mounts ${source} of the host`];
    return tree.exists(source.replace(/^\.\//, "")) ? [] : [`mounts ${source}, which is not in the tree`];
  });
}

/** A service may be given only what its program reads. */
function environmentProblems(tree, name, { environment = {} }) {
  const known = namesOf(tree)[name];
  if (known === undefined) return [];
  return Object.keys(environment)
    .filter((variable) => !known.has(variable))
    .map((variable) => `nothing there reads ${variable}`);
}

/** No right that is not needed, and nothing without limits. */
function fenceProblems(service) {
  const all = [
    [service.cap_drop?.includes("ALL"), "keeps capabilities (cap_drop: [ALL])"],
    [service.security_opt?.includes("no-new-privileges:true"), "may get new privileges"],
    [service.read_only === true, "can write its root (read_only)"],
    [service.privileged !== true, "is privileged"],
    [service.mem_limit !== undefined, "has no limit of memory"],
    [service.logging?.options?.["max-size"] !== undefined, "has no limit of its log"],
    [
      (service.ports ?? []).every((port) => String(port).startsWith("127.0.0.1:")),
      "publishes a port on more than loopback",
    ],
  ];
  return all.filter(([holds]) => !holds).map(([, problem]) => problem);
}

/** Who waits for another's health needs one that has a healthcheck (ours is in the Dockerfile). */
function orderProblems({ services = {} }) {
  return Object.entries(services).flatMap(([name, { depends_on: others = {} }]) =>
    Object.entries(others).flatMap(([other, { condition }]) => {
      const target = services[other];
      if (target === undefined) return [`services.${name}: waits for ${other}, which does not exist`];
      const isChecked = target.healthcheck?.test !== undefined || target.build !== undefined;
      if (condition === "service_healthy" && !isChecked)
        return [`services.${name}: waits for the health of ${other}, which has no healthcheck`];
      return [];
    }),
  );
}

/** `${NAME}` must come from `.env`; `${NAME:-default}` may, and is then named in the guide. */
function variableProblems(tree, compose) {
  const written = namesOf(tree).file;
  const guide = tree.read("docs/install.md");
  const texts = textsIn({ services: compose.services });
  const said = texts.flatMap(({ way, text }) =>
    [...text.replaceAll("$$", "").matchAll(/\$\{(\w+)(:?[-?])?/g)].map(([, name, mark = ""]) => ({
      name,
      way,
      hasDefault: mark.endsWith("-"),
    })),
  );
  const lost = said.filter(({ name, hasDefault }) => !hasDefault && !written.has(name));
  const silent = said.filter(({ name }) => !written.has(name) && !guide.includes(`\`${name}\``));
  const used = new Set(said.map(({ name }) => name));
  return [
    ...lost.map(({ name, way }) => `${way}: ${name} has no default, and setup:env does not write it`),
    ...silent.map(({ name, way }) => `${way}: ${name} can be set, and docs/install.md does not say so`),
    ...[...written]
      .filter((name) => !used.has(name))
      .map((name) => `setup:env writes ${name}, and nothing uses it`),
  ];
}
