import { relaysOf, type IceServers, type Relay } from "./core/ice-servers.ts";
import { isRefusal, type RelayCheck } from "./core/relay-report.ts";

/** TLS takes five round trips; a relay that needs longer than this is none for a conversation. */
const answerWithinMs = 4_000;

/** Asks each relay, by each of its ways, for an address (a TURN allocation), as a call would; all at once. */
export function checkRelays(servers: IceServers): Promise<RelayCheck[]> {
  return Promise.all(relaysOf(servers).map(checkRelay));
}

async function checkRelay({ way, address, server }: Relay): Promise<RelayCheck> {
  const connection = new RTCPeerConnection({ iceServers: [toBrowser(server)], iceTransportPolicy: "relay" });
  try {
    return { way, address, verdict: await askFor(connection) };
  } finally {
    connection.close();
  }
}

async function askFor(connection: RTCPeerConnection): Promise<RelayCheck["verdict"]> {
  let refused = false;
  const verdict = new Promise<RelayCheck["verdict"]>((resolve) => {
    const end = () => resolve(refused ? "refused" : "unreachable");
    connection.onicecandidate = ({ candidate }) => {
      if (candidate === null) end();
      else if (candidate.type === "relay") resolve("reached");
    };
    connection.onicecandidateerror = ({ errorCode }) => {
      refused ||= isRefusal(errorCode);
    };
    setTimeout(end, answerWithinMs);
  });
  connection.createDataChannel("relay");
  await connection.setLocalDescription(await connection.createOffer());
  return verdict;
}

/** The browser wants absent fields to be absent. */
export function toBrowser({ urls, username, credential }: IceServers[number]): RTCIceServer {
  return username === undefined || credential === undefined ? { urls } : { urls, username, credential };
}
