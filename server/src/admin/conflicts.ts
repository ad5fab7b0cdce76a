import { Failure } from "../base/failure.ts";
import { brokenConstraint } from "../store/postgres.ts";

/** Constraints of the schema that a request may break, as sentences. */
const sentences: Record<string, (name: string) => string> = {
  person_username: (name) => `The username ${name} is taken`,
  queue_name: (name) => `There is a queue ${name} already`,
  flow_name: (name) => `There is a flow ${name} already`,
  number_number: (name) => `The number ${name} exists already`,
  number_flow_id_fkey: () => "There is no such flow",
  trunk_name: (name) => `There is a trunk ${name} already`,
  trunk_username: () => "Another trunk has this username",
  prompt_name: (name) => `There is a prompt ${name} in this language already`,
  disposition_label: (name) => `There is a disposition ${name} already`,
  not_ready_reason_label: (name) => `There is a reason ${name} already`,
  queue_member_person_id_fkey: () => "One of these people does not exist",
  emergency_preset_name: (name) => `There is a prepared message ${name} already`,
  desk_phone_username: (name) => `The phone username ${name} is taken`,
};

/** Runs something that writes `name`; a broken constraint becomes Failure "conflict". */
export async function refusingConflicts<T>(name: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    const constraint = brokenConstraint(error);
    const sentence = constraint === null ? undefined : sentences[constraint];
    if (sentence === undefined) throw error;
    throw new Failure("conflict", sentence(name));
  }
}
