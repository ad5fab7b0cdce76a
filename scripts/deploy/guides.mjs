// The guides of installing name variables, files and commands that exist.
import { namesOf, unknownIn } from "./names.mjs";

const pages = ["docs/install.md", "docs/kubernetes.md"];
/** Made on the operator's machine, or meant as an example. */
const elsewhere = /^(\.env|server\/dist|deploy\/kubernetes\/mine|deploy\/ringdown$)/;

export function guideProblems(tree) {
  const names = namesOf(tree);
  const { scripts } = tree.json("package.json");
  const { services } = tree.yaml("docker-compose.yml");
  return pages.flatMap((page) => {
    const text = tree.read(page);
    const find = (pattern) => [...new Set([...text.matchAll(pattern)].map(([, found]) => found))];
    const paths = find(/(?<![\w/.-])((?:deploy|scripts|server|freeswitch-config)\/[\w./-]*\w)/g);
    const commands = find(/npm run (?:-s )?([\w:]+)/g);
    const containers = find(
      /docker compose (?:--profile \w+ )?(?:logs|exec|restart|stop|ps|build|up)(?: -[-\w]+)* ([a-z]+)/g,
    );
    return [
      ...unknownIn(text, names).map((name) => `names ${name}, which nothing reads`),
      ...paths
        .filter((path) => !tree.exists(path) && !elsewhere.test(path))
        .map((path) => `names ${path}, which is not there`),
      ...commands.filter((name) => !(name in scripts)).map((name) => `npm run ${name} does not exist`),
      ...containers.filter((name) => !(name in services)).map((name) => `docker-compose.yml has no ${name}`),
    ].map((problem) => `${page}: ${problem}`);
  });
}
