/** What is wrong with a routing document: everything at once, each with a sentence that says what and where. */
import type { RoutingDocument, RoutingProblem } from "../../contract/routing.ts";
import type { Flow } from "../../contract/flow.ts";

/** What exists around the document. */
export interface RoutingSurroundings {
  people: ReadonlyMap<string, { name: string; active: boolean }>;
  /** All flows; `flow` is what is published, null when nothing is. */
  flows: readonly { id: string; name: string; flow: Flow | null }[];
  /** Uploaded prompts, for music. */
  promptIds: ReadonlySet<string>;
  /** What is published now: what this document would take away from those who use it. */
  published: RoutingDocument;
}

export function checkRouting(_document: RoutingDocument, _around: RoutingSurroundings): RoutingProblem[] {
  return [];
}
