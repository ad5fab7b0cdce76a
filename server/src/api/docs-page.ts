/** The API's document as a page to read: no script, nothing from elsewhere. */

type Json = Record<string, unknown>;

/** A whole HTML page; everything that comes from the document is escaped. */
export function renderDocs(document: Json): string {
  const info = document["info"] as { title: string; version: string; description: string };
  const operations = listOperations(document);
  const tags = [...new Set(operations.map((operation) => operation.tag))].sort();
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(info.title)} API</title>
<style>${style}</style>
</head>
<body>
<nav><b>${escape(info.title)} ${escape(info.version)}</b>
${tags.map((tag) => `<a href="#${escape(tag)}">${escape(tag)}</a>`).join("\n")}
<a href="/api/openapi.json">openapi.json</a></nav>
<main>
<h1>${escape(info.title)} API</h1>
<p>${escape(info.description)}</p>
${tags.map((tag) => renderTag(tag, operations)).join("\n")}
</main>
</body>
</html>
`;
}

interface Operation {
  method: string;
  path: string;
  tag: string;
  body: Json;
}

function listOperations(document: Json): Operation[] {
  const paths = document["paths"] as Record<string, Record<string, Json>>;
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, body]) => ({
      method: method.toUpperCase(),
      path,
      tag: (body["tags"] as string[])[0] ?? "other",
      body,
    })),
  );
}

function renderTag(tag: string, operations: readonly Operation[]): string {
  const mine = operations.filter((operation) => operation.tag === tag);
  return `<section id="${escape(tag)}"><h2>${escape(tag)}</h2>\n${mine.map(renderOperation).join("\n")}</section>`;
}

function renderOperation({ method, path, body }: Operation): string {
  const parameters = (body["parameters"] as Json[]).map(
    (each) =>
      `<tr><td><code>${escape(each["name"])}</code></td><td>${escape(each["in"])}${
        each["required"] === true ? "" : ", optional"
      }</td><td><code>${escape(JSON.stringify(each["schema"]))}</code></td></tr>`,
  );
  return `<details><summary><b class="${method.toLowerCase()}">${method}</b> <code>${escape(path)}</code> ${escape(
    body["summary"],
  )}</summary>
<p>${escape(body["description"])}</p>
${parameters.length > 0 ? `<table>${parameters.join("")}</table>` : ""}
${renderSchema("Body", contentOf(body["requestBody"]))}
${renderSchema("Answer", contentOf((body["responses"] as Record<string, unknown>)["200"]))}
</details>`;
}

function contentOf(part: unknown): Record<string, { schema?: unknown }> {
  return (part as { content?: Record<string, { schema?: unknown }> } | undefined)?.content ?? {};
}

function renderSchema(title: string, content: Record<string, { schema?: unknown }>): string {
  return Object.entries(content)
    .map(
      ([type, { schema }]) =>
        `<h4>${title} (${escape(type)})</h4>` +
        (schema === undefined ? "" : `<pre>${escape(JSON.stringify(schema, null, 2))}</pre>`),
    )
    .join("");
}

function escape(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value ?? "");
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

const style = `
:root { color-scheme: light dark; --line: color-mix(in srgb, currentcolor 18%, transparent); }
body { margin: 0; display: grid; grid-template-columns: 13rem 1fr; font: 15px/1.5 system-ui, sans-serif; }
nav { position: sticky; top: 0; height: 100vh; box-sizing: border-box; padding: 1.5rem; display: flex;
  flex-direction: column; gap: .35rem; border-right: 1px solid var(--line); overflow: auto; }
nav a { color: inherit; text-decoration: none; } nav a:hover { text-decoration: underline; }
main { padding: 1.5rem 2rem; max-width: 62rem; min-width: 0; }
details { border-top: 1px solid var(--line); padding: .5rem 0; }
summary { cursor: pointer; } summary b { display: inline-block; width: 4.5rem; font-size: .8rem; }
code, pre { font: 13px/1.45 ui-monospace, monospace; overflow-wrap: anywhere; }
pre { padding: .75rem; border: 1px solid var(--line); border-radius: 6px; overflow: auto; max-height: 28rem; }
td { padding: .1rem 1rem .1rem 0; vertical-align: top; }
@media (max-width: 50rem) { body { display: block; } nav { position: static; height: auto; } }
`;
