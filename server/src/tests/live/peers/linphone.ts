/** linphonec as a desk phone: told what to do by lines, it plays a file for a microphone and records what it hears. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { freePort, freeRtpPort } from "../../rig/free-port.ts";
import { startProcess } from "../../rig/processes.ts";
import { makeTone, writeWav } from "../../rig/tones.ts";
import { waitFor } from "../../rig/wait-for.ts";
import { type ForeignPhone, makeFolder, type PhoneOptions } from "./program.ts";

export async function openLinphone(options: PhoneOptions): Promise<ForeignPhone> {
  const folder = await makeFolder("linphone");
  const heardPath = join(folder.path, "heard.wav");
  const tone = join(folder.path, "tone.wav");
  await writeWav(tone, makeTone({ hz: options.toneHz, durationMs: 60_000 }));
  await writeFile(join(folder.path, "rc"), await config(options));
  // Without the folder of its database it signs in nowhere.
  await mkdir(join(folder.path, ".local/share/linphone"), { recursive: true });
  await mkdir(join(folder.path, ".config/linphone"), { recursive: true });
  const linphone = await startProcess("linphonec", {
    args: ["-c", join(folder.path, "rc")],
    env: { HOME: folder.path },
    takesLines: true,
  });
  await linphone.saying(/linphonec>/);
  // It keeps one line at a time: the next one is for when it has echoed the last.
  for (const line of ["soundcard use files", `play ${tone}`, `record ${heardPath}`]) {
    linphone.type(line);
    await waitFor(`linphonec to take "${line}"`, () => linphone.output().includes(line));
  }
  const isRegistered = () => {
    linphone.type("status register");
    return linphone.output().includes("registered, identity=");
  };
  await waitFor("linphonec to be registered", isRegistered, { timeoutMs: 20_000, intervalMs: 500 }).catch(
    async (error: unknown) => {
      await linphone.kill();
      throw new Error(`${String(error)}\n${linphone.output()}`);
    },
  );
  let from = linphone.output().length;
  const says = (pattern: RegExp) =>
    waitFor(
      `linphonec to say ${String(pattern)}`,
      () => {
        const match = pattern.exec(linphone.output().slice(from));
        if (match) from += match.index + match[0].length;
        return match;
      },
      { timeoutMs: 30_000 },
    ).then(
      () => undefined,
      (error: unknown) => {
        throw new Error(`${String(error)}\n${linphone.output().slice(-4_000)}`);
      },
    );
  return {
    rings: () => says(/incoming call from/),
    ends: () => says(/ended|terminated|Call \d+ with .* (error|ended)/i),
    answer: () => {
      linphone.type("answer");
    },
    hold: () => {
      linphone.type("pause");
    },
    resume: () => {
      linphone.type("resume");
    },
    hangUp: () => {
      linphone.type("terminate");
    },
    output: () => linphone.output(),
    async close() {
      linphone.type("quit"); // takes its registration back
      await waitFor("linphonec to leave", () => linphone.hasEnded()).catch(() => undefined);
      await linphone.stop();
      await folder.remove();
    },
  };
}

async function config({ username, password, domain, at, transport }: PhoneOptions): Promise<string> {
  const sipPort = await freePort();
  const [udp, tcp] = transport === "udp" ? [sipPort, -1] : [-1, sipPort];
  return `
[sip]
sip_port=${udp}
sip_tcp_port=${tcp}
sip_tls_port=-1
guess_hostname=0
contact=<sip:${username}@127.0.0.1>
bind_address=127.0.0.1
default_proxy=0
media_encryption=none

[rtp]
audio_rtp_port=${await freeRtpPort()}

[net]
firewall_policy=0

[proxy_0]
reg_proxy=<sip:${at.host}:${at.port};transport=${transport}>
reg_route=<sip:${at.host}:${at.port};transport=${transport};lr>
reg_identity=<sip:${username}@${domain}>
reg_expires=120
reg_sendregister=1
publish=0

[auth_info_0]
username=${username}
passwd=${password}
`;
}
