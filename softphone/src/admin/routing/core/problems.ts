import type { routing } from "@ringdown/contract";

type Document = routing.RoutingDocument;

/** A problem, and the field that it is about: `queues/<id>/settings.rings.1.afterMs`, whatever the position. */
export interface LocatedProblem extends routing.RoutingProblem {
  list: string;
  /** The thing's id, or the path's own word when there is no such thing. */
  id: string;
  field: string;
}

/** Problems name things by position in the document that was checked; places in lists change, ids don't. */
export function locateProblems(
  problems: readonly routing.RoutingProblem[],
  document: Document,
): LocatedProblem[] {
  return problems.map((problem) => {
    const [list = "", place = "", ...field] = problem.path.split(/[./]/).filter((part) => part !== "");
    return { ...problem, list, id: idAt(document, list, place), field: field.join(".") };
  });
}

function idAt(document: Document, list: string, place: string): string {
  const at = Number(place);
  if (!Number.isInteger(at)) return place;
  if (list === "agents") return document.agents[at]?.personId ?? place;
  if (list === "queues" || list === "skills" || list === "teams" || list === "schedules")
    return document[list][at]?.id ?? place;
  return place;
}

/** Problems of a thing at a field or below it; `""` is the whole thing. */
export function problemsAt(
  problems: readonly LocatedProblem[],
  at: { list: string; id: string; field: string },
): LocatedProblem[] {
  return problems.filter(
    ({ list, id, field }) =>
      list === at.list &&
      id === at.id &&
      (at.field === "" || field === at.field || field.startsWith(`${at.field}.`)),
  );
}

export function countErrors(problems: readonly routing.RoutingProblem[]): number {
  return problems.filter(({ severity }) => severity === "error").length;
}
