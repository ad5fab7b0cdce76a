/** A telephone of the rig in a process of its own, since a process is in one network namespace as a whole. */
import { openTelephone, type Telephone } from "../rig/telephone.ts";
import type { Call } from "../rig/call.ts";
import { makeTone } from "../rig/tones.ts";
import type { Answer, Command } from "./remote-telephone.ts";

let telephone: Telephone | null = null;
let call: Call | null = null;

function now(): Call {
  if (call === null) throw new Error("There is no call");
  return call;
}

async function obey(command: Command): Promise<unknown> {
  if (command.do === "open") {
    telephone = await openTelephone(command.options);
    return null;
  }
  if (telephone === null) throw new Error("The telephone is not open");
  switch (command.do) {
    case "register":
      return (await telephone.register(command.at, { domain: command.domain })).status;
    case "call":
      call = await telephone.call({ to: command.to, at: command.at });
      await call.answered();
      return null;
    case "answer":
      call = await telephone.nextCall(command.withinMs);
      await call.answer();
      return null;
    case "press":
      return now().press(command.keys);
    case "play":
      now().play(makeTone({ hz: command.hz, durationMs: 1_000 }));
      return null;
    case "hear":
      return (await now().waitToHear(command.hz)).tones;
    case "hangUp":
      return (await now().hangUp()).by;
    case "end":
      return (await now().ended).by;
    case "trace":
      return telephone.trace();
    case "close":
      await telephone.close();
      return null;
  }
}

process.on("message", ({ id, command }: { id: number; command: Command }) => {
  obey(command).then(
    (result) => process.send?.({ id, result } satisfies Answer),
    (error: unknown) => process.send?.({ id, error: String(error) } satisfies Answer),
  );
});
process.on("disconnect", () => process.exit(0));
process.send?.({ id: 0 } satisfies Answer);
