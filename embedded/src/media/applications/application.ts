import type { ApplicationRun } from "../application-run.ts";
import type { Channel } from "../channel.ts";

/**
 * A dialplan application: works on one channel and resolves when it is done. It leaves its results in
 * channel variables; a response other than none in `current_application_response`.
 */
export type Application = (channel: Channel, argument: string, run: ApplicationRun) => Promise<void> | void;

export type ApplicationTable = ReadonlyMap<string, Application>;
