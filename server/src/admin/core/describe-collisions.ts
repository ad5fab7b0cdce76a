import type { RoutingDocument } from "../../contract/routing.ts";
import { namer, type Names, readable } from "./diff-routing.ts";
import type { Collision } from "./merge-routing.ts";

export interface CollisionSentence {
  collision: Collision;
  subject: string;
  message: string;
}

const kinds = { skill: "Skill", schedule: "Schedule", team: "Team", queue: "Queue", agent: "Agent" };

/** What two people changed at the same time, in words. */
export function describeCollisions(
  collisions: readonly Collision[],
  mine: RoutingDocument,
  theirs: RoutingDocument,
  names: Names,
): CollisionSentence[] {
  const [myName, theirName] = [namer(mine, names), namer(theirs, names)];
  return collisions.map((collision) => {
    const { what, id, field } = collision;
    const subject = `${kinds[what]} ${theirName(id) ?? myName(id) ?? id}`;
    if (field === null) {
      const [here, there] = [collision.mine, collision.theirs].map(String);
      return {
        collision,
        subject,
        message: `${subject} was ${there} meanwhile, and the draft has it ${here}`,
      };
    }
    const where = field
      .split(".")
      .map((step) => theirName(step) ?? myName(step) ?? step)
      .join(".");
    const [here, there] = [readable(collision.mine, myName), readable(collision.theirs, theirName)];
    const message = `${subject}: ${where} was changed to ${say(there)} meanwhile, and the draft says ${say(here)}`;
    return { collision, subject, message };
  });
}

function say(value: unknown): string {
  if (value === null) return "nothing";
  return typeof value === "string" ? value : JSON.stringify(value);
}
