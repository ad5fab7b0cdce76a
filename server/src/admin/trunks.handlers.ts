import { randomUUID } from "node:crypto";
import { bind, type BoundEndpoint } from "../base/handler.ts";
import { Failure } from "../base/failure.ts";
import * as contract from "../contract/trunks.ts";
import type { Queryable } from "../store/postgres.ts";
import { actorOf, audit } from "./audit.ts";
import { refusingConflicts } from "./conflicts.ts";
import type { Office } from "./office.ts";
import type { SecretBox } from "./secret-box.ts";
import { blankTrunk, changeTrunk, withoutPasswords } from "./trunk-change.ts";
import { toTrunk, type TrunkLines } from "./trunk-view.ts";
import {
  deleteTrunk,
  findTrunk,
  insertTrunk,
  type KnownTrunk,
  listStoredTrunks,
  saveTrunk,
} from "./trunks.postgres.ts";

interface TrunkOffice extends Office {
  /** Realm of the digest by which peers sign in. */
  realm: string;
  secrets: SecretBox;
  /** Null until telephony is there. */
  trunkLines(): TrunkLines | null;
}

export function trunkEndpoints(office: TrunkOffice): BoundEndpoint[] {
  const { postgres, secrets } = office;
  const show = (trunk: KnownTrunk) => toTrunk(trunk, secrets, office.trunkLines()?.stateOf(trunk.id) ?? null);
  return [
    bind(contract.listTrunks, async () => ({ trunks: (await listStoredTrunks(postgres)).map(show) })),
    bind(contract.createTrunk, async ({ body }, context) => {
      const created = await refusingConflicts(body.name, () =>
        postgres.transaction(async (inside) => {
          const blank = { ...blankTrunk, id: randomUUID() };
          const trunk = await insertTrunk(inside, changeTrunk(blank, body, office));
          const detail = withoutPasswords(body);
          const subject = `trunk:${trunk.id}`;
          await audit(inside, actorOf(context), { action: "trunk.created", subject, detail });
          return trunk;
        }),
      );
      await office.announce();
      return show(created);
    }),
    bind(contract.updateTrunk, async ({ params, body }, context) => {
      const changed = await refusingConflicts(body.name ?? "", () =>
        postgres.transaction(async (inside) => {
          const before = await mustFind(inside, params.trunkId);
          const after = changeTrunk(before, body, office);
          await saveTrunk(inside, after);
          const detail = withoutPasswords(body);
          const subject = `trunk:${before.id}`;
          await audit(inside, actorOf(context), { action: "trunk.changed", subject, detail });
          return after;
        }),
      );
      await office.announce();
      return show(changed);
    }),
    bind(contract.deleteTrunk, async ({ params }, context) => {
      await postgres.transaction(async (inside) => {
        const { id, name } = await mustFind(inside, params.trunkId);
        await deleteTrunk(inside, id);
        const subject = `trunk:${id}`;
        await audit(inside, actorOf(context), { action: "trunk.removed", subject, detail: { name } });
      });
      await office.announce();
      return {};
    }),
    bind(contract.checkTrunk, async ({ params }) => {
      const trunk = await mustFind(postgres, params.trunkId);
      if (trunk.outbound === null && trunk.registration === null)
        throw new Failure("bad-request", `The trunk ${trunk.name} has no carrier that could be asked`);
      return (await office.trunkLines()?.check(trunk.id)) ?? telephonyIsMissing;
    }),
  ];
}

const telephonyIsMissing = {
  ...{ answered: false, alive: false, status: null, roundTripMs: null },
  sentence: "Telephony is not running yet",
};

async function mustFind(inside: Queryable, trunkId: string): Promise<KnownTrunk> {
  const trunk = await findTrunk(inside, trunkId);
  if (trunk === null) throw new Failure("not-found", `There is no trunk ${trunkId}`);
  return trunk;
}
