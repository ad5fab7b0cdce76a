// What a workload's pods are given and what they may.
import { hasExactTag } from "./compose.mjs";
import { clusterVariables } from "./env-file.mjs";
import { namesOf } from "./names.mjs";

export const containersOf = ({ spec }) => [
  ...(spec.template.spec.initContainers ?? []),
  ...spec.template.spec.containers,
];

/** No right that is not needed, and nothing without limits. */
export function fenceProblems(object) {
  const { securityContext: pod = {} } = object.spec.template.spec;
  const ofPod = [
    [pod.runAsNonRoot === true && pod.runAsUser > 0, "may run as root"],
    [pod.seccompProfile?.type === "RuntimeDefault", "has no seccomp profile"],
  ];
  const ofContainers = containersOf(object).flatMap(({ name, securityContext: own = {}, resources }) => [
    [own.readOnlyRootFilesystem === true, `${name} can write its root`],
    [own.allowPrivilegeEscalation === false, `${name} may get new privileges`],
    [own.capabilities?.drop?.includes("ALL"), `${name} keeps capabilities`],
    [resources?.limits?.memory !== undefined, `${name} has no limit of memory`],
  ]);
  return [...ofPod, ...ofContainers].filter(([holds]) => !holds).map(([, problem]) => problem);
}

/** Exact versions, and those of docker-compose.yml: one version is tried, not two. */
export function imageProblems(tree, object) {
  const { services } = tree.yaml("docker-compose.yml");
  const ofCompose = Object.values(services).map(({ image }) => image);
  const ours = `ringdown:${tree.json("package.json").version}`;
  return containersOf(object).flatMap(({ image }) => {
    if (!hasExactTag(image)) return [`runs ${image}, which is no exact version`];
    return image === ours || ofCompose.includes(image)
      ? []
      : [`runs ${image}, and docker-compose.yml does not`];
  });
}

/** What a pod names: volumes, ConfigMaps, Secrets, its account, its ports, and variables that its program reads. */
export function podProblems(tree, { configMaps, secrets, objects }, object) {
  const { template, volumeClaimTemplates = [] } = object.spec;
  const { volumes = [], serviceAccountName } = template.spec;
  const named = (kind, name) =>
    objects.some((each) => each.object.kind === kind && each.object.metadata.name === name);
  const ofVolumes = volumes.flatMap(({ configMap, persistentVolumeClaim: claim, secret }) => [
    [
      configMap === undefined || configMaps.has(configMap.name),
      `mounts the ConfigMap ${configMap?.name}, which does not exist`,
    ],
    [
      claim === undefined || named("PersistentVolumeClaim", claim.claimName),
      `mounts the claim ${claim?.claimName}, which does not exist`,
    ],
    [
      secret === undefined || secret.optional === true || secrets.has(secret.secretName),
      `mounts the secret ${secret?.secretName}, which does not exist`,
    ],
  ]);
  const places = [...volumes, ...volumeClaimTemplates.map(({ metadata }) => metadata)].map(
    ({ name }) => name,
  );
  const known = namesOf(tree)[object.metadata.name] ?? new Set();
  const written = new Set(clusterVariables.map(({ name }) => name));
  const ofContainers = containersOf(object).flatMap(
    ({ name: container, volumeMounts = [], env = [], envFrom = [], ports = [], ...rest }) => [
      ...volumeMounts.map(({ name }) => [
        places.includes(name),
        `${container} mounts ${name}, which is no volume of it`,
      ]),
      ...probedPorts(rest).map((port) => [
        ports.some(({ name }) => name === port),
        `${container} is asked at port ${port}, which it has not`,
      ]),
      ...envFrom.map(({ configMapRef }) => [
        configMaps.has(configMapRef?.name),
        `reads the ConfigMap ${configMapRef?.name}, which does not exist`,
      ]),
      ...env.map(({ name }) => [
        !/^(RINGDOWN|DRACHTIO|FREESWITCH|TURN)_/.test(name) || known.has(name),
        `gives ${name}, and nothing there reads it`,
      ]),
      ...env.flatMap(({ valueFrom = {} }) => keyProblems(valueFrom, configMaps, written)),
    ],
  );
  const account = [
    [
      serviceAccountName === undefined || named("ServiceAccount", serviceAccountName),
      `has no account ${serviceAccountName}`,
    ],
  ];
  return [...ofVolumes, ...ofContainers, ...account]
    .filter(([holds]) => !holds)
    .map(([, problem]) => problem);
}

const probedPorts = ({ startupProbe, livenessProbe, readinessProbe }) =>
  [startupProbe, livenessProbe, readinessProbe]
    .map((probe) => probe?.httpGet?.port ?? probe?.tcpSocket?.port)
    .filter((port) => port !== undefined);

function keyProblems({ secretKeyRef: secret, configMapKeyRef: map }, configMaps, written) {
  return [
    [
      secret === undefined || (secret.name === "ringdown" && written.has(secret.key)),
      `reads ${secret?.key} of the secret, which setup:env does not write`,
    ],
    [
      map === undefined || configMaps.get(map.name)?.includes(map.key),
      `reads ${map?.key} of the ConfigMap ${map?.name}, which has not got it`,
    ],
  ];
}
