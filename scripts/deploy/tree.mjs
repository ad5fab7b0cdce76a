// The project's files as the checks see them. Tests change some of them in memory, to see that a check notices.
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { parse, parseAllDocuments } from "yaml";

/**
 * `changed` puts other texts in place of files; `undefined` takes a file away.
 *
 * @param {string} root
 * @param {Record<string, string | undefined>} [changed]
 */
export function openTree(root, changed = {}) {
  const read = (path) => {
    if (!(path in changed)) return readFileSync(join(root, path), "utf8");
    if (changed[path] === undefined) throw new Error(`${path} is not there`);
    return changed[path];
  };
  return {
    root,
    read,
    exists: (path) => (path in changed ? changed[path] !== undefined : existsSync(join(root, path))),
    /** Paths of the files in a folder and below. */
    list(folder) {
      const entries = readdirSync(join(root, folder), { recursive: true, withFileTypes: true });
      const paths = entries
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));
      const added = Object.keys(changed).filter((path) => path.startsWith(`${folder}/`));
      return [...new Set([...paths, ...added])]
        .filter((path) => changed[path] !== undefined || !(path in changed))
        .sort();
    },
    yaml: (path) => parse(read(path), { merge: true }),
    /** A file with several documents. */
    yamls: (path) =>
      parseAllDocuments(read(path), { merge: true })
        .map((document) => document.toJS())
        .filter((value) => value !== null),
    json: (path) => JSON.parse(read(path)),
  };
}

/** Every text in a value, with the way to it: `services.redis.image`. */
export function textsIn(value, way = "") {
  if (typeof value === "string") return [{ way, text: value }];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => textsIn(inner, way === "" ? key : `${way}.${key}`));
}
