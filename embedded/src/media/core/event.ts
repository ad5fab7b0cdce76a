/** An event of the media server: headers in their order, and perhaps a body. */
export interface ServerEvent {
  name: string;
  headers: Map<string, string>;
  body?: string;
}

const unsafe = /[^A-Za-z0-9!$'()*,./_~-]/gu;

/** FreeSWITCH's `switch_url_encode`. */
export function urlEncode(text: string): string {
  return text.replace(unsafe, (character) =>
    [...Buffer.from(character)]
      .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`)
      .join(""),
  );
}

/** The `text/event-plain` form: one header a line, values URL-encoded, a blank line, the body. */
export function serializePlain(event: ServerEvent, isEncoded = true): string {
  let text = "";
  for (const [name, value] of event.headers) text += `${name}: ${isEncoded ? urlEncode(value) : value}\n`;
  if (event.body === undefined) return `${text}\n`;
  return `${text}Content-Length: ${Buffer.byteLength(event.body)}\n\n${event.body}`;
}

/** The `text/event-json` form; the body travels as `_body`. */
export function serializeJson(event: ServerEvent): string {
  const object: Record<string, string> = Object.fromEntries(event.headers);
  if (event.body !== undefined) {
    object["Content-Length"] = String(Buffer.byteLength(event.body));
    object["_body"] = event.body;
  }
  return JSON.stringify(object);
}

function xmlEncode(text: string): string {
  return text.replace(/[<>&]/g, (c) => ({ "<": "&lt;", ">": "&gt;", "&": "&amp;" })[c]!);
}

/** The `text/event-xml` form. */
export function serializeXml(event: ServerEvent): string {
  const headers = [...event.headers].map(
    ([name, value]) => `    <${name}>${xmlEncode(urlEncode(value))}</${name}>`,
  );
  const body =
    event.body === undefined
      ? ""
      : `  <Content-Length>${Buffer.byteLength(event.body)}</Content-Length>\n  <body>${xmlEncode(event.body)}</body>\n`;
  return `<event>\n  <headers>\n${headers.join("\n")}\n  </headers>\n${body}</event>`;
}

export type EventFormat = "plain" | "json" | "xml";

/** A whole event-socket message around an event. */
export function frameEvent(event: ServerEvent, format: EventFormat): string {
  const text = { plain: serializePlain, json: serializeJson, xml: serializeXml }[format](event);
  return `Content-Length: ${Buffer.byteLength(text)}\nContent-Type: text/event-${format}\n\n${text}`;
}
