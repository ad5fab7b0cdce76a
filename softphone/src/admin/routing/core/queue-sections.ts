/** The parts of a queue's page, in order. */
export const queueSections = [
  "choosing",
  "members",
  "needs",
  "limits",
  "order",
  "waiting",
  "callback",
  "measuring",
] as const;
export type QueueSection = (typeof queueSections)[number];

const sectionOf: Record<string, QueueSection> = {
  requirement: "needs",
  rings: "needs",
  scheduleId: "limits",
  maximumWaiting: "limits",
  maximumEstimatedWaitMs: "limits",
  maximumWaitMs: "limits",
  leaveWhenNoAgents: "limits",
  overflow: "limits",
  priority: "order",
  agingMs: "order",
  boosts: "order",
  sticky: "order",
  announcePosition: "waiting",
  announceEveryMs: "waiting",
  announceEstimate: "waiting",
  exitKey: "waiting",
  musicPromptId: "waiting",
  callback: "callback",
  alarmWaitMs: "measuring",
  serviceLevelMs: "measuring",
  serviceLevelTarget: "measuring",
  shortAbandonMs: "measuring",
  record: "measuring",
  announceRecording: "measuring",
};

const shownInRow = /^settings\.(rings|boosts)\.\d+\.(?!.*\.)/;

/** Whether a field of its own shows the problem; others stand at the head of their part. */
export function isShownAtField(field: string): boolean {
  const [first = "", second = ""] = field.split(".");
  if (first !== "settings" || second === "") return field === "name";
  return second === "rings" || second === "boosts" ? shownInRow.test(field) : true;
}

/** Where a field of a queue (`settings.rings.1.afterMs`, `members`) stands on its page. */
export function sectionOfField(field: string): QueueSection {
  const [first = "", second = ""] = field.split(".");
  if (first === "members" || first === "teams") return "members";
  return (first === "settings" ? sectionOf[second] : undefined) ?? "choosing";
}
