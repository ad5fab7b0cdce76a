/** Where callers go when they can't stay: somewhere that exists, and never round in a circle. */
import type { OverflowCause } from "../../contract/queues.ts";
import type { RoutedQueue } from "../../contract/routing.ts";
import { queueNodesOf } from "./check-flows-on-routing.ts";
import type { Inspection } from "./check-routing.ts";

const causes: Record<OverflowCause, string> = {
  "max-wait": "after the maximum wait",
  full: "when full",
  "estimated-wait": "when the estimated wait is too long",
  "no-agents": "when nobody is there",
  closed: "when closed",
};

export function checkOverflow(inspection: Inspection): void {
  inspection.document.queues.forEach((queue, index) => {
    for (const cause of Object.keys(queue.settings.overflow) as OverflowCause[]) {
      checkTarget(inspection, queue, cause, `queues.${index}.settings.overflow.${cause}`);
      checkCause(inspection, queue, cause, `queues.${index}.settings.overflow.${cause}`);
    }
  });
  checkCycles(inspection);
}

function checkTarget(
  { document, around, error, warning }: Inspection,
  queue: RoutedQueue,
  cause: OverflowCause,
  path: string,
): void {
  const target = queue.settings.overflow[cause];
  const subject = `Queue ${queue.name}`;
  const goes = (where: string) => `${queue.name} goes to ${where} ${causes[cause]}`;
  if (target?.kind === "queue") {
    if (target.queueId === queue.id) error(path, subject, goes("itself"));
    else if (!document.queues.some(({ id }) => id === target.queueId))
      error(path, subject, goes(`a queue that does not exist (${target.queueId})`));
  }
  if (target?.kind === "flow") {
    const flow = around.flows.find(({ id }) => id === target.flowId);
    if (flow === undefined) error(path, subject, goes(`a flow that does not exist (${target.flowId})`));
    else if (flow.flow === null) error(path, subject, goes(`the flow ${flow.name}, which is not published,`));
    else if (queueNodesOf(flow.flow).some(({ queueId }) => queueId === queue.id))
      warning(
        path,
        subject,
        `${goes(`the flow ${flow.name}`)}, and that flow leads back to ${queue.name}: a caller goes round a few times at most, then on at the flow's own exit`,
      );
  }
}

/** A way out that nobody ever takes. */
function checkCause(
  { warning }: Inspection,
  { name, settings }: RoutedQueue,
  cause: OverflowCause,
  path: string,
): void {
  const missing: Record<OverflowCause, string | null> = {
    "max-wait": settings.maximumWaitMs === 0 ? "no maximum wait" : null,
    full: settings.maximumWaiting === 0 ? "no maximum of callers" : null,
    "estimated-wait": settings.maximumEstimatedWaitMs === 0 ? "no maximum of the estimated wait" : null,
    "no-agents": settings.leaveWhenNoAgents ? null : "callers who wait although nobody is there",
    closed: settings.scheduleId === null ? "no opening hours" : null,
  };
  const reason = missing[cause];
  if (reason !== null)
    warning(path, `Queue ${name}`, `${name} says where callers go ${causes[cause]}, but has ${reason}`);
}

interface Step {
  from: RoutedQueue;
  cause: OverflowCause;
  to: RoutedQueue;
}

/** Depth first, without recursion; each knot of queues is told by one circle. */
function checkCycles({ document, error }: Inspection): void {
  const queues = new Map(document.queues.map((queue) => [queue.id, queue]));
  const done = new Set<string>();
  for (const start of document.queues) {
    if (done.has(start.id)) continue;
    const path: Step[] = [];
    const open = [{ queue: start, steps: stepsFrom(start, queues) }];
    for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
      const step = top.steps.shift();
      if (step === undefined) {
        done.add(top.queue.id);
        open.pop();
        path.pop();
        continue;
      }
      const at = open.findIndex(({ queue }) => queue.id === step.to.id);
      if (at >= 0) tell([...path.slice(at), step], document.queues, error);
      else if (!done.has(step.to.id)) {
        path.push(step);
        open.push({ queue: step.to, steps: stepsFrom(step.to, queues) });
      }
    }
  }
}

function stepsFrom(from: RoutedQueue, queues: ReadonlyMap<string, RoutedQueue>): Step[] {
  return Object.entries(from.settings.overflow).flatMap(([cause, target]) => {
    const to = target.kind === "queue" ? queues.get(target.queueId) : undefined;
    return to === undefined || to.id === from.id ? [] : [{ from, cause: cause as OverflowCause, to }];
  });
}

function tell(circle: readonly Step[], all: readonly RoutedQueue[], error: Inspection["error"]): void {
  const [first] = circle;
  if (first === undefined) return;
  const parts = circle.map(({ from, cause, to }, at) => {
    const back = at === circle.length - 1 ? "back " : "";
    return `${from.name} goes ${back}to ${to.name} ${causes[cause]}`;
  });
  const sentence = `${parts.slice(0, -1).join(", ")}, and ${parts.at(-1) ?? ""}`;
  const path = `queues.${all.indexOf(first.from)}.settings.overflow.${first.cause}`;
  error(path, `Queue ${first.from.name}`, `Callers would go round in a circle: ${sentence}`);
}
