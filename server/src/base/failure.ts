import type { FailureCode, FieldProblem } from "../contract/errors.ts";

/**
 * A refusal that the caller can act on: a code from the contract's list and a sentence that names the thing
 * ("There is no queue sales"). Translated to HTTP once, at the edge. Anything else thrown is a bug.
 */
export class Failure extends Error {
  readonly code: FailureCode;
  readonly fields: FieldProblem[] | undefined;

  constructor(code: FailureCode, sentence: string, fields?: FieldProblem[]) {
    super(sentence);
    this.name = "Failure";
    this.code = code;
    this.fields = fields;
  }
}
