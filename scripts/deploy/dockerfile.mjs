// The Dockerfile: what it copies is there, and what its context leaves out is not copied.
import { hasExactTag } from "./compose.mjs";

const file = "Dockerfile";
/** What the build stage makes: the programs, the app, the packages. */
const built = ["node_modules", "server/dist", "embedded/dist", "softphone/dist"];

export function dockerfileProblems(tree) {
  const lines = tree
    .read(file)
    .split("\n")
    .filter((line) => !/^\s*#/.test(line));
  const words = lines.map((line) => line.trim().split(/\s+/));
  const ignored = ignoreRules(tree.read(".dockerignore"));
  const problems = [
    ...words
      .filter(([verb]) => verb === "FROM")
      .flatMap(([, image]) => (hasExactTag(image) ? [] : [`${image} has no exact version`])),
    ...words.filter(([verb]) => verb === "COPY").flatMap((line) => copyProblems(tree, ignored, line)),
    ...(words.findLast(([verb]) => verb === "USER")?.[1]?.match(/^[1-9]\d*:[1-9]\d*$/)
      ? []
      : ["the last USER is not a number other than 0"]),
    ...(ignored(".env") ? [] : [".dockerignore lets .env into the image's context"]),
  ];
  return problems.map((problem) => `${file}: ${problem}`);
}

function copyProblems(tree, ignored, [, ...words]) {
  const fromBuild = words[0]?.startsWith("--from=");
  return words
    .filter((word) => !word.startsWith("--"))
    .slice(0, -1)
    .map((word) => word.replace(/^\/app\//, "").replace(/\/$/, ""))
    .filter((path) => path !== ".")
    .flatMap((path) => {
      if (fromBuild && built.includes(path)) return [];
      if (!tree.exists(path)) return [`copies ${path}, which is not there`];
      return ignored(path) ? [`copies ${path}, which .dockerignore leaves out`] : [];
    });
}

/** A part of .dockerignore's language: names, folders, `**` before a name, `*` within one, `!` for exceptions. */
function ignoreRules(text) {
  const rules = text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => {
      const pattern = line.replace(/^!/, "").replaceAll(".", "\\.").replace("**/", "(.*/)?");
      const expression = pattern.replace(/(?<![.)])\*/g, "[^/]*");
      return { keeps: line.startsWith("!"), matches: new RegExp(`^${expression}(/|$)`) };
    });
  return (path) => {
    const last = rules.findLast(({ matches }) => matches.test(path));
    return last !== undefined && !last.keeps;
  };
}
