// deploy/kubernetes: Kubernetes' types, and everything that one object says of another.
import { readCluster } from "./cluster.mjs";
import { typeProblems } from "./kubernetes-types.mjs";
import { namesOf } from "./names.mjs";
import { containersOf, fenceProblems, imageProblems, podProblems } from "./pods.mjs";

const settings = "deploy/kubernetes/example/settings.env";
const configFolder = "freeswitch-config";

export function kubernetesProblems(tree) {
  const cluster = readCluster(tree);
  const workloads = cluster.objects.filter(({ object }) => object.spec?.template !== undefined);
  const tell = ({ path, object }, problems) =>
    problems.map((problem) => `${path}: ${object.kind} ${object.metadata.name} ${problem}`);
  return [
    ...cluster.problems,
    ...workloads.flatMap((each) =>
      tell(each, [
        ...fenceProblems(each.object),
        ...podProblems(tree, cluster, each.object),
        ...imageProblems(tree, each.object),
      ]),
    ),
    ...cluster.objects.flatMap((each) =>
      tell(each, referenceProblems(workloads, cluster.objects, each.object)),
    ),
    ...settingProblems(tree, workloads),
    ...configProblems(tree, cluster),
  ];
}

/** Apart from the rest since the compiler takes seconds. */
export const kubernetesTypeProblems = (tree) => typeProblems(tree.root, readCluster(tree).objects);

const holds = (selector, labels = {}) =>
  Object.entries(selector ?? {}).every(([key, value]) => labels[key] === value);

/** Selectors find pods, and ports that are named exist there. */
function referenceProblems(workloads, objects, { kind, spec }) {
  const podsOf = (selector) =>
    workloads.filter(({ object }) => holds(selector, object.spec.template.metadata.labels));
  const portsOf = (selector) =>
    podsOf(selector).flatMap(({ object }) =>
      containersOf(object).flatMap(({ ports = [] }) => ports.map(({ name }) => name)),
    );
  const service = (name) =>
    objects.find(({ object }) => object.kind === "Service" && object.metadata.name === name)?.object;
  const unknownPorts = (selector, ports) =>
    ports
      .filter((port) => !portsOf(selector).includes(port))
      .map((port) => `names the port ${port}, which no pod of it has`);
  if (kind === "Service")
    return [
      ...(podsOf(spec.selector).length === 1 ? [] : ["does not select one workload"]),
      ...unknownPorts(
        spec.selector,
        spec.ports.map(({ targetPort }) => targetPort),
      ),
    ];
  if (kind === "PodDisruptionBudget")
    return podsOf(spec.selector.matchLabels).length === 1 ? [] : ["does not select one workload"];
  if (kind === "NetworkPolicy") {
    const selector = spec.podSelector.matchLabels;
    const ports = (spec.ingress ?? []).flatMap(({ ports: some = [] }) => some.map(({ port }) => port));
    return [...(podsOf(selector).length > 0 ? [] : ["selects no pod"]), ...unknownPorts(selector, ports)];
  }
  if (kind === "Ingress") {
    const ends = spec.rules.flatMap(({ http }) => http.paths.map(({ backend }) => backend.service));
    return ends
      .filter((end) => !service(end.name)?.spec.ports.some(({ name }) => name === end.port.name))
      .map((end) => `leads to ${end.name}:${end.port.name}, which does not exist`);
  }
  if (spec?.template === undefined) return [];
  const own = holds(spec.selector.matchLabels, spec.template.metadata.labels)
    ? []
    : ["does not select its own pods"];
  return spec.serviceName === undefined || service(spec.serviceName) !== undefined
    ? own
    : [...own, `has no service ${spec.serviceName}`];
}

/** The example's settings: variables that exist, a server for each replica, and a grace that outlives the drain. */
function settingProblems(tree, workloads) {
  const values = new Map(
    [...tree.read(settings).matchAll(/^(\w+)=(.*)$/gm)].map(([, name, value]) => [name, value]),
  );
  const known = namesOf(tree).ringdown;
  const spec = (name) => workloads.find(({ object }) => object.metadata.name === name)?.object.spec;
  const named = (variable, name) => {
    const wanted = Array.from(
      { length: spec(name).replicas },
      (_, index) => `${name}-${index}.${spec(name).serviceName}`,
    ).join(",");
    return values.get(variable) === wanted ? [] : [`${variable} is not ${wanted}, one for each replica`];
  };
  const grace = spec("ringdown").template.spec.terminationGracePeriodSeconds;
  const isLong = grace >= Number(values.get("RINGDOWN_DRAIN_SECONDS") ?? 30) + 20;
  return [
    ...[...values.keys()].filter((name) => !known.has(name)).map((name) => `nothing reads ${name}`),
    ...named("FREESWITCH_HOST", "freeswitch"),
    ...named("DRACHTIO_HOST", "drachtio"),
    ...(isLong ? [] : ["the drain and 20 s are longer than terminationGracePeriodSeconds"]),
  ].map((problem) => `${settings}: ${problem}`);
}

/** The whole of FreeSWITCH's configuration is in its ConfigMaps. */
function configProblems(tree, { configMaps }) {
  const files = tree.list(configFolder).filter((path) => path.endsWith(".xml"));
  const folders = {
    "": "freeswitch",
    configuration: "freeswitch-configuration",
    dialplan: "freeswitch-dialplan",
    sip_profiles: "freeswitch-sip-profiles",
  };
  return files
    .filter((path) => {
      const [name, folder = ""] = path
        .slice(configFolder.length + 1)
        .split("/")
        .toReversed();
      return !configMaps.get(folders[folder])?.includes(name);
    })
    .map((path) => `${configFolder}/kustomization.yaml: leaves out ${path}`);
}
