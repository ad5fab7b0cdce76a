// Kubernetes' objects against Kubernetes' own types (the package kubernetes-types, made from its API): an unknown field,
// a missing one and a value of another kind are found by the TypeScript compiler, at every depth.
import { join } from "node:path";
import ts from "typescript";

/** `apps/v1` → `kubernetes-types/apps/v1`; `v1` → `core/v1`; `networking.k8s.io/v1` → `networking/v1`. */
function moduleOf(apiVersion) {
  const [group, version] = apiVersion.includes("/") ? apiVersion.split("/") : ["core", apiVersion];
  return `kubernetes-types/${group.replace(/\.k8s\.io$/, "")}/${version}`;
}

/** One line an object, so that a line's number says which. */
export function typeProblems(root, objects) {
  const lines = objects.map(
    ({ object }, index) =>
      `export const o${index}: import("${moduleOf(object.apiVersion ?? "")}").${object.kind} = ${JSON.stringify(object)};`,
  );
  const problems = diagnose(join(root, "scripts/deploy/kubernetes-objects.ts"), lines.join("\n"));
  return problems.map(({ line, sentence }) => {
    const { path, object } = objects[line];
    return `${path}: ${object.kind} ${object.metadata?.name}: ${sentence}`;
  });
}

function diagnose(file, text) {
  const options = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: [],
    lib: ["lib.es2022.d.ts"],
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (name) => name === file || fileExists(name);
  host.getSourceFile = (name, ...rest) =>
    name === file
      ? ts.createSourceFile(name, text, ts.ScriptTarget.ES2022, true)
      : getSourceFile(name, ...rest);
  const program = ts.createProgram([file], options, host);
  const source = program.getSourceFile(file);
  return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(
    (diagnostic) => ({
      line: source.getLineAndCharacterOfPosition(diagnostic.start).line,
      sentence: innermost(diagnostic.messageText),
    }),
  );
}

/** The compiler tells from the outermost type inwards; the last sentence names the field. */
function innermost(message) {
  if (typeof message === "string") return message;
  return message.next?.length ? innermost(message.next.at(-1)) : message.messageText;
}
