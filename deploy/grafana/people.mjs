// Panels about people: callers, agents, and how they find each other.
import { figure, heat, lines, red, steps } from "./panels.mjs";
import { answered, byQueue, decided, increase, queue } from "./queries.mjs";

const orange = "orange";
const green = "green";

export const now = [
  figure("Calls", "Calls in progress, waiting ones included.", { unit: "short" }, ["sum(ringdown_calls)"]),
  figure(
    "Waiting",
    "Callers in a queue, ringing ones included.",
    { unit: "short", thresholds: steps(green, [1, "yellow"], [10, orange]) },
    ["sum(max by (queue_id) (ringdown_queue_waiting))"],
  ),
  figure(
    "Longest wait",
    "Of those who wait now.",
    { unit: "s", thresholds: steps(green, [60, orange], [180, red]) },
    ["max(ringdown_queue_longest_wait_seconds)"],
  ),
  figure(
    "Beyond the alarm",
    "Callers who wait longer than their queue's alarm allows.",
    { unit: "short", thresholds: steps(green, [1, red]) },
    ["sum(max by (queue_id) (ringdown_queue_late_callers))"],
  ),
  figure(
    "Registered phones",
    "Softphones and desk phones that can be rung.",
    { unit: "short", thresholds: steps(red, [1, green]) },
    ["sum(ringdown_registrations)"],
  ),
  figure(
    "Faults in the last hour",
    "Errors of the program itself. Each is a bug or a broken part: see the log.",
    { unit: "short", thresholds: steps(green, [1, red]) },
    ['sum(increase(ringdown_errors_total{kind="fault"}[1h]))'],
  ),
];

export const service = [
  lines(
    "Service level",
    "Of the callers who were answered or gave up in the last 30 minutes: answered within 20 seconds. The target of each queue is in the reports; 80 % is drawn.",
    { unit: "percentunit", max: 1, thresholds: steps(red, [0.8, "transparent"]), legend: queue },
    [byQueue(`${answered(20)} / (${decided} > 0)`)],
  ),
  lines("Waiting by queue", "Callers in each queue.", { unit: "short", stacked: true, legend: queue }, [
    byQueue("max by (queue_id) (ringdown_queue_waiting)"),
  ]),
  lines("Longest wait by queue", "Of those who wait, at that moment.", { unit: "s", legend: queue }, [
    byQueue("max by (queue_id) (ringdown_queue_longest_wait_seconds)"),
  ]),
  lines(
    "Estimated wait by queue",
    "What somebody who came at that moment would wait. Nothing where it is unknown or nobody works.",
    { unit: "s", legend: queue },
    [byQueue("max by (queue_id) (ringdown_queue_estimated_wait_seconds)")],
  ),
  lines(
    "How queues were left",
    "Exits by cause: answered, abandoned, callback, … Counted over each step of the page.",
    { unit: "short", stacked: true, legend: "{{cause}}" },
    [increase("ringdown_queue_left_total", "cause")],
  ),
  heat(
    "Waits of the answered",
    "How long callers had waited when an agent answered: darker is more of them.",
    increase("ringdown_queue_answered_wait_seconds_bucket", "le"),
    "s",
  ),
];

export const agents = [
  lines(
    "Agents by state",
    "Members of the chosen queues, an agent of two queues twice.",
    { unit: "short", stacked: true, legend: "{{state}}" },
    [
      `sum by (state) (max by (queue_id, state) (ringdown_queue_agents) * on (queue_id) group_left () max by (queue_id) (ringdown_queue_info{name=~"$queue"}))`,
    ],
  ),
  lines(
    "How offers ended",
    "accepted is good; declined and no-answer are people; unreachable and failed are phones and faults.",
    { unit: "short", stacked: true, legend: "{{cause}}" },
    [increase("ringdown_offers_ended_total", "cause")],
  ),
];

export const calls = [
  lines("Calls in progress", "By node.", { unit: "short", legend: "{{instance}}" }, [
    "sum by (instance) (ringdown_calls)",
  ]),
  lines("Calls that came in", "A second, by source.", { unit: "cps", legend: "{{source}}" }, [
    "sum by (source) (rate(ringdown_calls_started_total[$__rate_interval]))",
  ]),
  lines(
    "How calls ended",
    "By outcome. failed is a fault of ours or of the network.",
    { unit: "short", stacked: true, legend: "{{outcome}}" },
    [increase("ringdown_calls_ended_total", "outcome")],
  ),
  lines(
    "Calls refused",
    "At the SIP edge, by cause: unknown sources are mostly scanners; no-capacity and draining are callers of yours.",
    { unit: "short", stacked: true, legend: "{{cause}}" },
    [increase("ringdown_calls_rejected_total", "cause")],
  ),
];
