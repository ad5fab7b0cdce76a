import type { errors } from "@ringdown/contract";

/** Field problems by the form's field: `body.settings.wrapUpMs` and `settings.wrapUpMs` are the same field. */
export function fieldErrors(problems: readonly errors.FieldProblem[]): Record<string, string> {
  const result: Record<string, string> = {};
  for (const { path, message } of problems) {
    const field = path.replace(/^\/?body[./]/, "").replaceAll("/", ".");
    result[field] ??= message;
  }
  return result;
}
