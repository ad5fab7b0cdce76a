/** The test's hand on a telephone that lives in another network namespace. */
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Credentials } from "../rig/sip-digest.ts";
import type { Address } from "../rig/sip-socket.ts";
import type { TelephoneOptions } from "../rig/telephone.ts";
import { within } from "../rig/wait-for.ts";
import { inNetworkOf } from "../system/program.ts";

/** What the process can be told; one telephone, and one call at a time. */
export type Command =
  | { do: "open"; options: TelephoneOptions }
  | { do: "register"; at: Address; domain: string }
  | { do: "call"; to: string; at: Address }
  | { do: "answer"; withinMs: number }
  | { do: "press"; keys: string }
  | { do: "play"; hz: number }
  | { do: "hear"; hz: number }
  | { do: "hangUp" | "end" | "trace" | "close" };
export interface Answer {
  id: number;
  result?: unknown;
  error?: string;
}

export interface RemoteTelephone {
  /** Resolves with what the telephone says of it; rejects with its complaint. */
  tell(command: Command): Promise<unknown>;
  close(): Promise<void>;
}

const program = fileURLToPath(new URL("telephone-process.ts", import.meta.url));

/** Opens a telephone on `host`, an address of that namespace. */
export async function openRemoteTelephone(
  namespace: string,
  options: { number: string; host: string; credentials?: Credentials },
): Promise<RemoteTelephone> {
  const child = fork(program, [], { ...inNetworkOf({ namespace }, ["--import", "tsx"]) });
  const waiting = new Map<number, (answer: Answer) => void>();
  const isReady = new Promise<Answer>((resolve) => waiting.set(0, resolve));
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  child.on("message", (answer: Answer) => waiting.get(answer.id)?.(answer));
  let last = 0;
  const tell = async (command: Command) => {
    const id = ++last;
    const answer = new Promise<Answer>((resolve) => waiting.set(id, resolve));
    child.send({ id, command });
    const { result, error } = await within(`the telephone to ${command.do}`, answer, 40_000);
    waiting.delete(id);
    if (error !== undefined) throw new Error(error);
    return result;
  };
  const close = async () => {
    if (child.connected) await tell({ do: "close" }).catch(() => undefined); // it ends next in any case
    child.kill("SIGKILL");
    await exited;
  };
  await within("the telephone's process", isReady, 20_000);
  await tell({ do: "open", options });
  return { tell, close };
}
