/** What an agent's screen may do. */
import type { Acd } from "../acd/acd.ts";
import type { Agents } from "../agents/agents.ts";
import type { Clock } from "../base/clock.ts";
import { bind, type BoundEndpoint } from "../base/handler.ts";
import { Failure } from "../base/failure.ts";
import * as contract from "../contract/agent-desk.ts";
import type { Desks } from "./desks.ts";
import type { Ledger } from "./ledger.ts";
import { promptly } from "./promptly.ts";

export interface DeskDependencies {
  acd: Acd;
  agents: Agents;
  clock: Clock;
  desks: Desks;
  ledger: Ledger;
  issueCredential(personId: string): contract.SipCredential;
  labels(): Promise<{
    notReadyReasons: contract.NotReadyReason[];
    dispositions: contract.Disposition[];
  }>;
}

const extensionMs = 60_000;

export function deskEndpoints(deps: DeskDependencies): BoundEndpoint[] {
  const { acd, agents, clock, desks } = deps;
  return [
    bind(contract.readDesk, async (_input, { user }) => ({
      desk: desks.desk(user.id),
      ...(await deps.labels()),
    })),
    bind(contract.setStatus, async ({ body }, { user }) => {
      if (body.reasonId !== null) await refuseUnknownReason(deps, body.reasonId);
      agents.setStatus(user.id, body.status, body.reasonId);
      if (body.status === "ready") await promptly(clock, acd.ready(user.id));
      return desks.desk(user.id);
    }),
    bind(contract.issueSipCredential, async (_input, { user }) =>
      Promise.resolve(deps.issueCredential(user.id)),
    ),
    bind(contract.declineOffer, async ({ params }, { user }) => {
      await promptly(clock, desks.decline(user.id, params.offerId));
      return {};
    }),
    bind(contract.setHold, async ({ params, body }, { user }) => {
      await desks.control(user.id, params.interactionId).setHold(body.held);
      return desks.desk(user.id);
    }),
    bind(contract.hangUpCall, async ({ params }, { user }) => {
      await desks.control(user.id, params.interactionId).hangUp();
      return {};
    }),
    bind(contract.saveWrapUp, async ({ params, body }, { user }) => {
      await saveWrapUp(deps, user.id, params.interactionId, body);
      return desks.desk(user.id);
    }),
    bind(contract.extendWrapUp, async ({ params }, { user }) => {
      desks.inWrapUp(user.id, params.interactionId);
      await promptly(clock, acd.extendWrapUp(user.id, extensionMs));
      return desks.desk(user.id);
    }),
  ];
}

async function saveWrapUp(
  deps: DeskDependencies,
  personId: string,
  interactionId: string,
  body: { dispositionId: string | null; note: string; finish: boolean },
): Promise<void> {
  const { acd, clock, desks, ledger } = deps;
  if (!desks.holds(personId, interactionId))
    throw new Failure("conflict", "This call is neither in progress nor in wrap-up");
  const { dispositionId, note } = body;
  if (dispositionId !== null) await refuseUnknownDisposition(deps, dispositionId);
  desks.saveNotes(personId, interactionId, { dispositionId, note });
  ledger.append(interactionId, { type: "wrap-up.saved", agentId: personId, dispositionId, note });
  if (!body.finish) return;
  desks.inWrapUp(personId, interactionId);
  await promptly(clock, acd.finishWrapUp(personId));
}

async function refuseUnknownReason(deps: DeskDependencies, reasonId: string): Promise<void> {
  const { notReadyReasons } = await deps.labels();
  if (!notReadyReasons.some((reason) => reason.id === reasonId))
    throw new Failure("bad-request", "There is no such reason for not being ready");
}

async function refuseUnknownDisposition(deps: DeskDependencies, dispositionId: string): Promise<void> {
  const { dispositions } = await deps.labels();
  if (!dispositions.some((disposition) => disposition.id === dispositionId))
    throw new Failure("bad-request", "There is no such disposition");
}
