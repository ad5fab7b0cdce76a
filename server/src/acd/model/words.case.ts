import type { Batch } from "../event-log.ts";
import type { StoreCommand, StoreReply } from "./store.case.ts";

/** What happens, in words, for the trace of a counterexample. */
export function sayReply(reply: StoreReply): string {
  if (typeof reply !== "object") return String(reply);
  return "epoch" in reply
    ? `epoch ${reply.epoch}`
    : `final up to ${"committed" in reply ? reply.committed : "?"}`;
}

export function sayCommand(command: StoreCommand): string {
  switch (command.type) {
    case "append":
      return `appends ${command.lines.map(sayLine).join(", ")}`;
    case "commit":
      return `commits lines ${command.batch.after + 1} to ${command.batch.position} in epoch ${command.batch.epoch}${sayEffects(command.batch)}`;
    case "lead":
      return "takes the lease";
    case "save-snapshot":
      return `saves a snapshot of line ${command.snapshot.position}`;
    default:
      return `sends ${command.type}`;
  }
}

function sayLine(text: string): string {
  const { event } = JSON.parse(text) as { event: Record<string, string> };
  const about = event["interactionId"] ?? event["offerId"] ?? event["agentId"] ?? event["session"] ?? "";
  return `"${event["type"]} ${about}"`;
}

function sayEffects({ outcomes }: Batch): string {
  const said = outcomes.flatMap(({ effects }) =>
    effects.flatMap((effect) => {
      if (effect.type === "offer") return `offer ${effect.offerId} to ${effect.agentId}`;
      if (effect.type === "accepted" || effect.type === "withdrawn")
        return `${effect.offerId} ${effect.type}`;
      return effect.type === "exit" ? `${effect.interactionId} leaves (${effect.cause})` : [];
    }),
  );
  return said.length > 0 ? ` (${said.join(", ")})` : "";
}
