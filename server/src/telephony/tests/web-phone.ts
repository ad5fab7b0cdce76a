/** A softphone without a browser: SIP over a websocket (RFC 7118), enough to register, call and be rung. */
import { createHash, randomBytes } from "node:crypto";
import { WebSocket } from "ws";
import { waitFor } from "../../tests/rig/wait-for.ts";

export interface WebPhone {
  /** The address and port that the edge sees. */
  readonly local: { address: string; port: number };
  readonly lastAuthorization: string | null;
  /** The final status. */
  register(options?: { expiresSeconds?: number; to?: string; authorization?: string }): Promise<number>;
  /** Sends an INVITE with this offer; resolves with the final response, which is acknowledged. */
  invite(to: string, sdp: string): Promise<string>;
  nextRequest(method: string): Promise<string>;
  respond(request: string, status: string, headers?: string[], body?: string): void;
  sendRaw(text: string): void;
  close(): Promise<void>;
}

export async function openWebPhone(
  at: { host: string; port: number; path?: string },
  credential: { username: string; password: string },
  domain: string,
): Promise<WebPhone> {
  const socket = new WebSocket(`ws://${at.host}:${at.port}${at.path ?? "/"}`, "sip");
  const requests: string[] = [];
  const responses: string[] = [];
  let local = { address: "", port: 0 };
  socket.on("upgrade", (response) => {
    const { localAddress = "", localPort = 0 } = response.socket;
    local = { address: localAddress, port: localPort };
  });
  socket.on("message", (data: Buffer) => {
    const text = data.toString();
    if (text.startsWith("SIP/2.0")) responses.push(text);
    else if (text.trim() !== "") requests.push(text);
  });
  await new Promise((resolve, reject) => {
    socket.once("open", resolve);
    socket.once("error", reject);
  });
  socket.on("error", () => undefined);
  const host = `${randomBytes(6).toString("hex")}.invalid`;
  const callId = randomBytes(10).toString("hex");
  const tag = randomBytes(5).toString("hex");
  let cseq = 0;
  let lastAuthorization: string | null = null;

  const send = (method: string, uri: string, to: string, headers: string[], body = "", id = callId) => {
    cseq += 1;
    const lines = [
      `${method} ${uri} SIP/2.0`,
      `Via: SIP/2.0/WS ${host};branch=z9hG4bK${randomBytes(8).toString("hex")}`,
      "Max-Forwards: 70",
      `From: <sip:${credential.username}@${domain}>;tag=${tag}`,
      `To: ${to}`,
      `Call-ID: ${id}`,
      `CSeq: ${cseq} ${method}`,
      `Contact: <sip:soft@${host};transport=ws>`,
      ...headers,
      ...(body === "" ? [] : ["Content-Type: application/sdp"]),
      `Content-Length: ${Buffer.byteLength(body)}`,
    ];
    socket.send(`${lines.join("\r\n")}\r\n\r\n${body}`);
    return cseq;
  };
  const finalFor = (number: number, method: string): Promise<string> =>
    waitFor(
      `the response to ${method}`,
      () => responses.find((text) => text.includes(`CSeq: ${number} ${method}`) && statusOf(text) >= 200),
      { timeoutMs: 8_000, intervalMs: 5 },
    );

  return {
    get local() {
      return local;
    },
    get lastAuthorization() {
      return lastAuthorization;
    },
    async register({ expiresSeconds = 300, to = credential.username, authorization } = {}) {
      const uri = `sip:${domain}`;
      const rest = [`Expires: ${expiresSeconds}`];
      const toHeader = `<sip:${to}@${domain}>`;
      if (authorization) rest.push(`Authorization: ${authorization}`);
      const first = await finalFor(send("REGISTER", uri, toHeader, rest), "REGISTER");
      if (statusOf(first) !== 401 || authorization) return statusOf(first);
      lastAuthorization = answer(first, "WWW-Authenticate", credential, "REGISTER", uri);
      const again = [...rest, `Authorization: ${lastAuthorization}`];
      return statusOf(await finalFor(send("REGISTER", uri, toHeader, again), "REGISTER"));
    },
    async invite(to, sdp) {
      const uri = `sip:${to}@${domain}`;
      const id = randomBytes(10).toString("hex");
      const target = `<${uri}>`;
      let number = send("INVITE", uri, target, [], sdp, id);
      let response = await finalFor(number, "INVITE");
      acknowledge(response, uri, number, id);
      if (statusOf(response) === 407) {
        const authorization = answer(response, "Proxy-Authenticate", credential, "INVITE", uri);
        number = send("INVITE", uri, target, [`Proxy-Authorization: ${authorization}`], sdp, id);
        response = await finalFor(number, "INVITE");
        acknowledge(response, uri, number, id);
      }
      return response;
    },
    nextRequest: (method) =>
      waitFor(
        `a ${method}`,
        () => {
          const index = requests.findIndex((text) => text.startsWith(`${method} `));
          return index === -1 ? undefined : requests.splice(index, 1)[0];
        },
        { timeoutMs: 8_000, intervalMs: 5 },
      ),
    respond(request, status, headers = [], body = "") {
      const copied = ["Via", "From", "Call-ID", "CSeq"].flatMap((name) => headersOf(request, name));
      const to = headersOf(request, "To")[0] ?? "";
      const lines = [
        `SIP/2.0 ${status}`,
        ...copied,
        to.includes("tag=") ? to : `${to};tag=${tag}`,
        `Contact: <sip:soft@${host};transport=ws>`,
        ...headers,
        `Content-Length: ${Buffer.byteLength(body)}`,
      ];
      socket.send(`${lines.join("\r\n")}\r\n\r\n${body}`);
    },
    sendRaw: (text) => socket.send(text),
    close: () =>
      new Promise((resolve) => {
        if (socket.readyState === WebSocket.CLOSED) resolve();
        socket.once("close", () => resolve());
        socket.close();
      }),
  };

  function acknowledge(response: string, uri: string, number: number, id: string): void {
    const via =
      statusOf(response) >= 300
        ? headersOf(response, "Via")
        : [`Via: SIP/2.0/WS ${host};branch=z9hG4bKack${number}`];
    const contact = /<(sip:[^>]+)>/.exec(headersOf(response, "Contact")[0] ?? "")?.[1];
    const lines = [
      `ACK ${statusOf(response) < 300 ? (contact ?? uri) : uri} SIP/2.0`,
      ...via,
      "Max-Forwards: 70",
      ...headersOf(response, "From"),
      ...headersOf(response, "To"),
      `Call-ID: ${id}`,
      `CSeq: ${number} ACK`,
      "Content-Length: 0",
    ];
    socket.send(`${lines.join("\r\n")}\r\n\r\n`);
  }
}

export function statusOf(response: string): number {
  return Number(/^SIP\/2\.0 (\d{3})/.exec(response)?.[1] ?? 0);
}

/** Whole header lines of one name. */
export function headersOf(message: string, name: string): string[] {
  const head = message.split("\r\n\r\n", 1)[0] ?? "";
  return head.split("\r\n").filter((line) => line.toLowerCase().startsWith(`${name.toLowerCase()}:`));
}

function answer(
  response: string,
  header: string,
  credential: { username: string; password: string },
  method: string,
  uri: string,
): string {
  const challenge = headersOf(response, header)[0] ?? "";
  const value = (name: string) => new RegExp(`${name}="?([^",]+)`).exec(challenge)?.[1] ?? "";
  const md5 = (text: string) => createHash("md5").update(text).digest("hex");
  const realm = value("realm");
  const nonce = value("nonce");
  const cnonce = randomBytes(8).toString("hex");
  const ha1 = md5(`${credential.username}:${realm}:${credential.password}`);
  const digest = md5(`${ha1}:${nonce}:00000001:${cnonce}:auth:${md5(`${method}:${uri}`)}`);
  return (
    `Digest username="${credential.username}", realm="${realm}", nonce="${nonce}", uri="${uri}", ` +
    `response="${digest}", algorithm=MD5, qop=auth, nc=00000001, cnonce="${cnonce}"`
  );
}
