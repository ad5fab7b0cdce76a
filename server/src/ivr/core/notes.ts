/** What a step of the flow means to the ledger. */
import type { Flow } from "../../contract/flow.ts";
import type { LedgerEvent } from "../../contract/ledger.ts";
import type { FlowEvent, FlowState } from "./flow-state.ts";

/** What the flow tells the ledger, in the order in which it happened. */
export type FlowNote = Extract<
  LedgerEvent,
  { type: "flow.language" | "flow.pressed" | "flow.invalid" | "flow.timeout" | "flow.left" | "fault" }
>;

/** The ledger's lines for one step, in order: `before`, the event, and the state that came of it. */
export function noteStep(flow: Flow, before: FlowState, event: FlowEvent, after: FlowState): FlowNote[] {
  if (before.end) return [];
  return [
    ...after.pressed
      .slice(before.pressed.length)
      .map(({ node, digits }): FlowNote => ({ type: "flow.pressed", node, digits })),
    ...noteAttempt(flow, before, event),
    ...noteLanguage(before, after),
    ...after.faults
      .slice(before.faults.length)
      .map((sentence): FlowNote => ({ type: "fault", where: "ivr", sentence })),
    ...noteEnd(after),
  ];
}

function noteAttempt(flow: Flow, before: FlowState, event: FlowEvent): FlowNote[] {
  if (before.waiting !== "collect") return [];
  const node = before.node;
  if (event.type === "timeout") return [{ type: "flow.timeout", node }];
  const refused =
    event.type === "invalid" || (event.type === "digits" && !isOption(flow, node, event.digits));
  return refused ? [{ type: "flow.invalid", node, digits: event.digits }] : [];
}

function isOption(flow: Flow, node: string, digits: string): boolean {
  const menu = flow.nodes[node];
  return menu?.kind === "menu" && menu.options.some(({ digit }) => digits.startsWith(digit));
}

function noteLanguage(before: FlowState, after: FlowState): FlowNote[] {
  return before.language === after.language ? [] : [{ type: "flow.language", language: after.language }];
}

function noteEnd(after: FlowState): FlowNote[] {
  return after.end ? [{ type: "flow.left", node: after.end.node, cause: after.end.how }] : [];
}
