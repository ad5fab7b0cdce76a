import { bind, type BoundEndpoint, type SignedInContext } from "../base/handler.ts";
import { Failure } from "../base/failure.ts";
import * as contract from "../contract/agent-desk.ts";
import { actorOf, audit } from "./audit.ts";
import { refusingConflicts } from "./conflicts.ts";
import { insertLabel, listLabels, listNames, retireLabel, type LabelTable } from "./labels.postgres.ts";
import type { Office } from "./office.ts";

/** Dispositions, reasons for not being ready, and the names behind ids. */
export function labelEndpoints(office: Office): BoundEndpoint[] {
  const { postgres } = office;
  return [
    bind(contract.createNotReadyReason, ({ body }, context) =>
      addLabel(office, "not_ready_reason", body.label, context),
    ),
    bind(contract.deleteNotReadyReason, ({ params }, context) =>
      dropLabel(office, "not_ready_reason", params.reasonId, context),
    ),
    bind(contract.createDisposition, ({ body }, context) =>
      addLabel(office, "disposition", body.label, context),
    ),
    bind(contract.deleteDisposition, ({ params }, context) =>
      dropLabel(office, "disposition", params.dispositionId, context),
    ),
    bind(contract.listLabels, async () => {
      const [people, queues, flows, dispositions, notReadyReasons] = await Promise.all([
        listNames(postgres, "person"),
        listNames(postgres, "queue"),
        listNames(postgres, "flow"),
        listLabels(postgres, "disposition"),
        listLabels(postgres, "not_ready_reason"),
      ]);
      return { people, queues, flows, dispositions, notReadyReasons };
    }),
  ];
}

const words: Record<LabelTable, string> = {
  disposition: "disposition",
  not_ready_reason: "not-ready-reason",
};

async function addLabel(office: Office, table: LabelTable, label: string, context: SignedInContext) {
  const id = await refusingConflicts(label, () =>
    office.postgres.transaction(async (inside) => {
      const id = await insertLabel(inside, table, label);
      const record = {
        action: `${words[table]}.created`,
        subject: `${words[table]}:${id}`,
        detail: { label },
      };
      await audit(inside, actorOf(context), record);
      return id;
    }),
  );
  await office.announce();
  return { id, label };
}

async function dropLabel(office: Office, table: LabelTable, id: string, context: SignedInContext) {
  await office.postgres.transaction(async (inside) => {
    const label = await retireLabel(inside, table, id);
    if (label === null) throw new Failure("not-found", `There is no ${words[table]} ${id}`);
    const record = { action: `${words[table]}.retired`, subject: `${words[table]}:${id}`, detail: { label } };
    await audit(inside, actorOf(context), record);
  });
  await office.announce();
  return {};
}
