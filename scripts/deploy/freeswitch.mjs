// freeswitch-config/: what a machine can say of it without FreeSWITCH.
const folder = "freeswitch-config";

export function freeswitchProblems(tree) {
  const files = tree.list(folder).filter((path) => path.endsWith(".xml"));
  const problems = files.flatMap((path) => {
    const text = tree.read(path).replace(/<!--[\s\S]*?-->/g, "");
    return [...tagProblems(text), ...includeProblems(tree, files, path, text)].map(
      (problem) => `${path}: ${problem}`,
    );
  });
  return [...problems, ...variableProblems(tree, files)];
}

/** Tags that do not close each other. */
function tagProblems(text) {
  const open = [];
  for (const [tag, slash, name, isEmpty] of text.matchAll(/<(\/?)([A-Za-z][\w-]*)(?:\s[^<>]*?)?(\/?)>/g)) {
    if (!slash && !isEmpty) open.push(name);
    else if (slash && open.pop() !== name) return [`${tag} closes what is not open`];
  }
  const bare = /<(?![/?!A-Za-z])|&(?!(amp|lt|gt|quot|apos|#\d+);)/.exec(text);
  if (bare) return [`"${bare[0]}" has to be written as an entity`];
  return open.length === 0 ? [] : [`<${open.at(-1)}> is not closed`];
}

/** FreeSWITCH passes over an include that finds nothing. */
function includeProblems(tree, files, path, text) {
  const here = path.slice(0, path.lastIndexOf("/"));
  return [...text.matchAll(/cmd="include" data="([^"]+)"/g)].flatMap(([, data]) => {
    // Paths count from the file that is read first; one that begins with ../ from the file that names it.
    const whole = data.startsWith("../") ? `${here}/${data}` : `${folder}/${data}`;
    const wanted = whole.replace(/[^/]+\/\.\.\//g, "");
    const pattern = new RegExp(`^${wanted.replaceAll(".", "\\.").replaceAll("*", "[^/]*")}$`);
    return files.some((file) => pattern.test(file)) ? [] : [`includes ${data}, which is not in the tree`];
  });
}

/** Each variable that is used is set, each that comes from the environment is in the README, and the other way round. */
function variableProblems(tree, files) {
  const all = (text, pattern) => new Set([...text.matchAll(pattern)].map(([, name]) => name));
  const vars = tree.read(`${folder}/vars.xml`);
  const set = all(vars, /cmd="(?:exec-)?set" data="(\w+)=/g);
  const read = all(vars, /cmd="env-set" data="\w+=\$(\w+)"/g);
  const told = all(tree.read(`${folder}/README.md`), /`(FREESWITCH_[A-Z_]+)`/g);
  const used = new Set(files.flatMap((path) => [...all(tree.read(path), /\$\$\{(\w+)\}/g)]));
  const unset = [...used].filter((name) => !set.has(name) && name !== "local_ip_v4");
  return [
    ...unset.map((name) => `${folder}: nobody sets $\${${name}}`),
    ...[...read]
      .filter((name) => !told.has(name))
      .map((name) => `${folder}/README.md does not tell of ${name}`),
    ...[...told]
      .filter((name) => !read.has(name))
      .map((name) => `${folder}/README.md tells of ${name}, which nothing reads`),
  ];
}
