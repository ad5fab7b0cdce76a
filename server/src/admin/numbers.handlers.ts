import { bind, type BoundEndpoint } from "../base/handler.ts";
import { Failure } from "../base/failure.ts";
import * as contract from "../contract/telephony.ts";
import type { PhoneNumber } from "../contract/telephony.ts";
import type { Queryable } from "../store/postgres.ts";
import { actorOf, audit } from "./audit.ts";
import { refusingConflicts } from "./conflicts.ts";
import { flowExists } from "./flows.postgres.ts";
import { deleteNumber, findNumber, insertNumber, listNumbers, saveNumber } from "./numbers.postgres.ts";
import type { Office } from "./office.ts";

export function numberEndpoints(office: Office): BoundEndpoint[] {
  const { postgres } = office;
  return [
    bind(contract.listNumbers, async () => ({ numbers: await listNumbers(postgres) })),
    bind(contract.createNumber, async ({ body }, context) => {
      const created = await refusingConflicts(body.number, () =>
        postgres.transaction(async (inside) => {
          const number = await insertNumber(inside, body);
          if (number === null) throw noFlow();
          const subject = `number:${number.id}`;
          await audit(inside, actorOf(context), { action: "number.created", subject, detail: body });
          return number;
        }),
      );
      await office.announce();
      return created;
    }),
    bind(contract.updateNumber, async ({ params, body }, context) => {
      const changed = await postgres.transaction(async (inside) => {
        const before = await mustFind(inside, params.numberId);
        const after = {
          ...before,
          label: body.label ?? before.label,
          flowId: body.flowId ?? before.flowId,
          openToWeb: body.openToWeb ?? before.openToWeb,
        };
        if (body.flowId !== undefined && !(await flowExists(inside, body.flowId))) throw noFlow();
        await saveNumber(inside, after);
        const subject = `number:${before.id}`;
        await audit(inside, actorOf(context), { action: "number.changed", subject, detail: body });
        return after;
      });
      await office.announce();
      return changed;
    }),
    bind(contract.deleteNumber, async ({ params }, context) => {
      await postgres.transaction(async (inside) => {
        const { id, number } = await mustFind(inside, params.numberId);
        await deleteNumber(inside, id);
        const subject = `number:${id}`;
        await audit(inside, actorOf(context), { action: "number.removed", subject, detail: { number } });
      });
      await office.announce();
      return {};
    }),
  ];
}

async function mustFind(postgres: Queryable, numberId: string): Promise<PhoneNumber> {
  const number = await findNumber(postgres, numberId);
  if (number === null) throw new Failure("not-found", `There is no number ${numberId}`);
  return number;
}

function noFlow(): Failure {
  return new Failure("bad-request", "There is no such flow", [
    { path: "body.flowId", message: "no such flow" },
  ]);
}
