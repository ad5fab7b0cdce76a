/** What anyone with a browser may do: see whether a number is open to the web, and get a credential to call it. */
import { bindPublic, type BoundEndpoint } from "../base/handler.ts";
import { Failure } from "../base/failure.ts";
import type { SipCredential } from "../contract/agent-desk.ts";
import * as contract from "../contract/caller.ts";

export interface CallerDependencies {
  /** The number when it is open to the web, else null. */
  webNumber(number: string): { label: string } | null;
  issueGuestCredential(number: string): SipCredential & { target: string };
}

export function callerEndpoints(deps: CallerDependencies): BoundEndpoint[] {
  const open = (number: string): { label: string } => {
    const found = deps.webNumber(number);
    if (found === null) throw new Failure("not-found", `The number ${number} can't be called from the web`);
    return found;
  };
  return [
    bindPublic(contract.readWebNumber, async ({ params: { number } }) =>
      Promise.resolve({ number, label: open(number).label }),
    ),
    bindPublic(contract.issueGuestCredential, async ({ params: { number } }) => {
      open(number);
      return Promise.resolve(deps.issueGuestCredential(number));
    }),
  ];
}
