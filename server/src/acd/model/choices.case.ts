import { insidesOf, isHere, isReachable, type Node, routerOf } from "./node.case.ts";
import type { Act, Fault } from "./plan.case.ts";
import type { World } from "./world.case.ts";

/** Every step that may come now; the first is what happens if nothing special does. */
export function choicesOf(world: World): string[] {
  const next = world.nextCommand() ?? world.nextDelivery();
  const system = next ? ["go on"] : [];
  const outside = world.plan.threads.flatMap((acts, thread) => {
    const act = acts[world.done[thread] ?? 0];
    return act && may(world, act) ? [`act ${thread}`] : [];
  });
  return [...system, ...outside, ...renewals(world), ...recoveries(world), ...mishaps(world)];
}

/** A renewal that changes nothing is left out. */
function renewals(world: World): string[] {
  const { holder } = world.shared.state;
  const isFree = holder === null || world.isLeaseOver;
  return world.nodes.flatMap((node, index) => {
    const { epoch } = insidesOf(node);
    const isMistaken = (epoch !== null) !== (holder === node.session) || epoch !== epochOf(world, node);
    const mayMatter = isFree || isMistaken;
    return isReachable(node) && node.clock.canRenew && mayMatter ? [`renew ${index}`] : [];
  });
}

function epochOf(world: World, node: Node): number | null {
  return world.shared.state.holder === node.session ? world.shared.state.epoch : null;
}

function recoveries(world: World): string[] {
  const all: string[] = world.copies.map((_, index) => `land ${index}`);
  for (const [index, node] of world.nodes.entries()) {
    if (!node.isUp) all.push(`restart ${index}`);
    else if (node.isPaused || node.holdsLines || node.holdsBatches) all.push(`resume ${index}`);
    const { wakesAt } = node.clock;
    if (isReachable(node) && wakesAt !== null && wakesAt <= world.time.now) all.push(`wake ${index}`);
  }
  return all;
}

function mishaps(world: World): string[] {
  if (world.faults >= world.plan.mostFaults) return [];
  const all: string[] = [];
  for (const fault of world.plan.faults) {
    if (fault === "expire") {
      if (world.shared.state.holder !== null && !world.isLeaseOver) all.push("expire");
    } else if (fault === "time") {
      if (world.nextWake() !== null) all.push("time");
    } else {
      for (const [index, node] of world.nodes.entries()) {
        if (canSuffer(world, fault, node)) all.push(`${fault} ${index}`);
      }
    }
  }
  return all;
}

function canSuffer(world: World, fault: Fault, node: Node): boolean {
  const hasCommand = node.log.inFlight.length > 0;
  if (!node.isUp) return false;
  if (fault === "silence") return world.leaderWho(node) !== undefined && !isOutOfBoard(world, node);
  if (node.isPaused) return fault === "crash";
  if (fault === "lose-answer" || fault === "late-copy") return hasCommand;
  if (fault === "hold-lines") return !node.holdsLines;
  if (fault === "hold-batches") return !node.holdsBatches;
  return true;
}

function isOutOfBoard(world: World, node: Node): boolean {
  const leader = world.leaderWho(node);
  return !leader || ![...routerOf(leader).board.nodes.values()].includes(node.session);
}

function may(world: World, act: Act): boolean {
  if (act.does === "enter" || act.does === "agent" || act.does === "close")
    return isHere(world.nodes[act.at - 1]);
  const story = world.callers.get(act.caller);
  if (!story || !isHere(world.nodes[story.at - 1], story.session)) return false;
  if (act.does === "hang-up") return story.state === "waiting";
  if (act.does === "release") return story.state === "talking";
  return story.state === "waiting" && story.offerId !== null && !story.asked.has(story.offerId);
}
