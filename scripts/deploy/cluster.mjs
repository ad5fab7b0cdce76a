// What `kubectl kustomize deploy/kubernetes/example` is made of: read here without it, as far as the checks need it.
import { dirname, join, normalize } from "node:path";

const start = "deploy/kubernetes/example";

/**
 * The objects with the file that each is in, the ConfigMaps and Secrets that are generated (name → keys), the files that
 * are named and not there, and the images that are given other names.
 */
export function readCluster(tree) {
  const found = { objects: [], configMaps: new Map(), secrets: new Map(), problems: [], images: [] };
  readFolder(tree, start, found);
  for (const { object } of found.objects)
    if (object.kind === "ConfigMap")
      found.configMaps.set(object.metadata.name, Object.keys(object.data ?? {}));
  return found;
}

function readFolder(tree, folder, found) {
  const file = `${folder}/kustomization.yaml`;
  if (!tree.exists(file)) return void found.problems.push(`${file} is not there`);
  const {
    resources = [],
    components = [],
    configMapGenerator = [],
    secretGenerator = [],
    images = [],
  } = tree.yaml(file);
  found.images.push(...images);
  for (const name of [...resources, ...components]) {
    const path = normalize(join(folder, name));
    if (!/\.ya?ml$/.test(name)) readFolder(tree, path, found);
    else if (!tree.exists(path)) found.problems.push(`${file}: ${name} is not there`);
    else for (const object of tree.yamls(path)) found.objects.push({ path, object });
  }
  for (const { name, files = [], envs = [] } of configMapGenerator)
    found.configMaps.set(name, [
      ...files.flatMap((one) => keyOf(tree, folder, one, found)),
      ...envs.flatMap((one) => settingsIn(tree, folder, one, found)),
    ]);
  // Its file is a secret, and not in the tree: its names are those that setup:env writes.
  for (const { name } of secretGenerator) found.secrets.set(name, undefined);
}

function keyOf(tree, folder, entry, found) {
  const [key, path = key] = entry.split("=");
  // kustomize takes files of its own folder and below only.
  if (path.startsWith("..") || !tree.exists(join(folder, path)))
    found.problems.push(`${folder}/kustomization.yaml: ${path} is not in that folder`);
  return [key.slice(dirname(key) === "." ? 0 : dirname(key).length + 1)];
}

function settingsIn(tree, folder, path, found) {
  if (tree.exists(join(folder, path)))
    return [...tree.read(join(folder, path)).matchAll(/^([A-Za-z_]\w*)=/gm)].map(([, name]) => name);
  found.problems.push(`${folder}/kustomization.yaml: ${path} is not there`);
  return [];
}
