/** What supervisors do with calls back, and what an agent does after one. */
import { bind, type BoundEndpoint } from "../base/handler.ts";
import { Failure } from "../base/failure.ts";
import * as contract from "../contract/callbacks.ts";
import type { Postgres } from "../store/postgres.ts";
import { type CallbackNumberRules, checkCallbackNumber } from "./core/callback-number.ts";
import type { Callbacks } from "./callbacks.ts";
import { interactionsOf, listCallbacks, readCallback } from "./callbacks.postgres.ts";
import type { Desks } from "./desks.ts";
import type { Ledger } from "./ledger.ts";

export interface CallbackDependencies {
  postgres: Postgres;
  callbacks: Callbacks;
  desks: Desks;
  ledger: Ledger;
  rulesOf(queueId: string): CallbackNumberRules;
}

export function callbackEndpoints(deps: CallbackDependencies): BoundEndpoint[] {
  const { postgres, callbacks } = deps;
  const mustRead = async (id: string) => {
    const stored = await readCallback(postgres, id);
    if (stored === null) throw new Failure("not-found", `There is no call back ${id}`);
    return stored.callback;
  };
  return [
    bind(contract.listCallbacks, async ({ query }) => {
      const page = await listCallbacks(postgres, query);
      return { callbacks: page.callbacks.map((one) => callbacks.shown(one)), nextCursor: page.nextCursor };
    }),
    bind(contract.readCallback, async ({ params }) => ({
      callback: callbacks.shown(await mustRead(params.callbackId)),
      interactions: await interactionsOf(postgres, params.callbackId),
    })),
    bind(contract.cancelCallback, ({ params, body }, context) =>
      callbacks.cancel(params.callbackId, body.reason, context),
    ),
    bind(contract.hastenCallback, ({ params, body }, context) =>
      callbacks.hasten(params.callbackId, body.first, context),
    ),
    bind(contract.changeCallbackNumber, async ({ params, body }, context) => {
      const { queueId } = await mustRead(params.callbackId);
      const verdict = checkCallbackNumber(body.number, deps.rulesOf(queueId));
      if (!verdict.ok) throw new Failure("bad-request", refusals[verdict.because]);
      return await callbacks.changeNumber(params.callbackId, verdict.number, body.reason, context);
    }),
    bind(contract.callAgainLater, ({ params }, { user }) => callAgain(deps, user.id, params.interactionId)),
  ];
}

const refusals = {
  digits: "A number to call back has digits only",
  length: "A number to call back has 5 to 15 digits",
  emergency: "Emergency numbers are not called back",
  own: "This number leads here",
  "not-allowed": "The queue's settings do not allow calls to this number",
} as const;

async function callAgain(
  { callbacks, desks, ledger }: CallbackDependencies,
  personId: string,
  interactionId: string,
): Promise<contract.Callback> {
  const { card } = desks.inWrapUp(personId, interactionId);
  if (!card.callback) throw new Failure("conflict", "This was no call back");
  const again = await callbacks.callAgain(card.callback.callbackId, "voicemail");
  ledger.append(interactionId, { type: "callback.postponed", until: again.nextTryAt, cause: "voicemail" });
  return again;
}
