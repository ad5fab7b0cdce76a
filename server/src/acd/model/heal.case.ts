import { saveBoard } from "../core/snapshot.ts";
import { Violation } from "./history.case.ts";
import { bootNode, type Insides, insidesOf, type Node, profile, routerOf } from "./node.case.ts";
import type { World } from "./world.case.ts";

/**
 * From here, with all faults over, everybody doing their part and a node that joins anew, everybody is served and
 * nothing is left behind: no dead end.
 */
export async function heal(world: World): Promise<void> {
  world.say(() => "-- from here on all goes well");
  while (world.copies.length > 0) world.land(0);
  for (const node of [...world.nodes]) {
    if (!node.isUp) world.restart(node);
    else world.resume(node);
  }
  await world.rest();
  const late = bootNode(world, "n9", 1);
  world.nodes.push(late);
  await world.start(late);
  for (let round = 0; round < 40; round += 1) {
    if (isAllWell(world)) return;
    await helpOn(world, round);
  }
  throw new Violation(`everybody can be served: ${describeEnd(world)}`);
}

async function helpOn(world: World, round: number): Promise<void> {
  const { holder } = world.shared.state;
  if (!world.nodes.some(({ session, isUp }) => isUp && session === holder)) {
    world.shared.state = { ...world.shared.state, leaseUntil: 0 };
  }
  for (const node of world.nodes) {
    node.clock.renew();
    await world.rest();
  }
  for (const [caller, story] of world.callers) {
    if (story.state === "waiting" && story.offerId !== null && !story.asked.has(story.offerId))
      world.callers.actOn("answer", caller);
    else if (story.state === "talking") world.callers.actOn("release", caller);
    await world.rest();
  }
  for (const agent of world.plan.agents) {
    const { door } = world.nodes[0] as Node;
    if (door.agent(agent)?.routable !== true) world.callers.ask(door.setAgent(profile(agent, true)));
    if (door.agent(agent)?.held) world.callers.ask(door.ready(agent));
  }
  await world.rest();
  if (round > 8 && round % 4 === 0) world.time.now = world.nextWake() ?? world.time.now;
  for (const node of world.nodes) node.clock.wake();
  await world.rest();
}

function isAllWell(world: World): boolean {
  const isServed = [...world.callers.values()].every(({ state }) => state === "gone" || state === "refused");
  const boards = world.nodes.map((node) => saveBoard(routerOf(node).board));
  const { callers, offers } = routerOf(world.nodes[0] as Node).board;
  const isQuiet = world.nodes.every(({ door }) => (door as unknown as Insides).asking.size === 0);
  const agents = [...routerOf(world.nodes[0] as Node).board.agents.values()];
  return (
    isServed &&
    isQuiet &&
    callers.size + offers.size + world.history.live.size === 0 &&
    agents.every(({ talks }) => talks.length === 0) &&
    world.plan.agents.every((agent) => world.nodes[0]?.door.agent(agent)?.routable === true) &&
    boards.every((board) => board === boards[0])
  );
}

function describeEnd(world: World): string {
  const callers = [...world.callers].map(([name, { state, steps }]) => `${name} ${state} (${steps.join()})`);
  const boards = world.nodes.map((node) => {
    const { board } = routerOf(node);
    const agents = [...board.agents.values()].map(
      ({ agentId, talks, cause }) => `${agentId} ${cause} ${talks.length}`,
    );
    return `${node.name}: waiting ${[...board.callers.keys()].join()}; ${agents.join()}; asking ${(node.door as unknown as Insides).asking.size}; line ${insidesOf(node).position}`;
  });
  return [...callers, ...boards].join("; ");
}
