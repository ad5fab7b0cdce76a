/** baresip as a desk phone: told what to do over its own control port, it speaks a tone. */
import { createConnection, type Socket } from "node:net";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { freePort, freeRtpPort } from "../../rig/free-port.ts";
import { startProcess } from "../../rig/processes.ts";
import { waitFor } from "../../rig/wait-for.ts";
import { type ForeignPhone, makeFolder, type PhoneOptions } from "./program.ts";

/** Of Debian's package baresip-core. */
const modules = process.env["BARESIP_MODULES"] ?? "/usr/lib/baresip/modules";

export async function openBaresip(options: PhoneOptions): Promise<ForeignPhone> {
  const folder = await makeFolder("baresip");
  const controlPort = await freePort();
  const rtpPort = await freeRtpPort();
  await writeFile(join(folder.path, "config"), await config(controlPort, rtpPort, options.toneHz));
  await writeFile(join(folder.path, "accounts"), `${accountLine(options)}\n`);
  await writeFile(join(folder.path, "contacts"), "");
  const baresip = await startProcess("baresip", { args: ["-f", folder.path, "-4"] });
  await baresip.saying(/baresip is ready/);
  const control = await Control.open(controlPort);
  await baresip.saying(/200 OK/).catch(async (error: unknown) => {
    await baresip.kill();
    throw error;
  });
  return {
    rings: () => control.next("CALL_INCOMING"),
    ends: () => control.next("CALL_CLOSED"),
    answer: () => {
      control.send("accept");
    },
    hold: () => {
      control.send("hold");
    },
    resume: () => {
      control.send("resume");
    },
    hangUp: () => {
      control.send("hangup");
    },
    output: () => `${baresip.output()}\n${control.told.join("\n")}`,
    async close() {
      control.send("quit"); // takes its registration back
      await waitFor("baresip to leave", () => baresip.hasEnded(), { timeoutMs: 8_000 }).catch(
        () => undefined,
      );
      control.close();
      await baresip.stop();
      await folder.remove();
    },
  };
}

/** The port after that of SIP is taken for TLS too: two free neighbours are needed. */
async function config(controlPort: number, rtpPort: number, toneHz: number): Promise<string> {
  const sipPort = await freeRtpPort();
  return `
sip_listen 127.0.0.1:${sipPort}
audio_source ausine,${toneHz}
ausrc_srate 48000
ausrc_channels 2
rtp_ports ${rtpPort}-${rtpPort + 40}
module_path ${modules}
module g711.so
module ausine.so
module_app account.so
module_app contact.so
module_app menu.so
module_app ctrl_tcp.so
ctrl_tcp_listen 127.0.0.1:${controlPort}
`;
}

function accountLine({ username, password, domain, at, transport }: PhoneOptions): string {
  const proxy = `outbound="sip:${at.host}:${at.port};transport=${transport}"`;
  return `<sip:${username}@${domain};transport=${transport}>;auth_user=${username};auth_pass=${password};${proxy};regint=120`;
}

/** baresip's module ctrl_tcp: JSON in netstrings, events and answers alike. */
class Control {
  readonly told: string[] = [];
  #seen = 0;
  #rest = "";
  readonly #socket: Socket;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding("utf8").on("data", (text: string) => {
      this.#take(text);
    });
  }

  static async open(port: number): Promise<Control> {
    const socket = createConnection({ host: "127.0.0.1", port });
    await new Promise<void>((resolve, reject) => {
      socket.once("connect", resolve).once("error", reject);
    });
    socket.on("error", () => undefined);
    return new Control(socket);
  }

  send(command: string, params = ""): void {
    const text = JSON.stringify({ command, params, token: command });
    this.#socket.write(`${Buffer.byteLength(text)}:${text},`);
  }

  /** The next event of that type that nobody has waited for yet. */
  async next(type: string): Promise<void> {
    await waitFor(
      `baresip's ${type}`,
      () => {
        const found = this.told.findIndex((one, at) => at >= this.#seen && one.includes(`"${type}"`));
        if (found >= 0) this.#seen = found + 1;
        return found >= 0;
      },
      { timeoutMs: 30_000 },
    ).catch((error: unknown) => {
      throw new Error(`${String(error)}\n${this.told.join("\n")}`);
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(text: string): void {
    this.#rest += text;
    for (;;) {
      const colon = this.#rest.indexOf(":");
      const length = Number(this.#rest.slice(0, colon));
      if (colon < 0 || this.#rest.length < colon + length + 2) return;
      this.told.push(this.#rest.slice(colon + 1, colon + 1 + length));
      this.#rest = this.#rest.slice(colon + length + 2);
    }
  }
}
