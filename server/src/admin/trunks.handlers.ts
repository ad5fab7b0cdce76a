import { bind, type BoundEndpoint } from "../base/handler.ts";
import { Failure } from "../base/failure.ts";
import * as contract from "../contract/telephony.ts";
import type { Queryable } from "../store/postgres.ts";
import { actorOf, audit } from "./audit.ts";
import { refusingConflicts } from "./conflicts.ts";
import type { Office } from "./office.ts";
import { digestHashes } from "./secrets.ts";
import {
  deleteTrunk,
  findTrunk,
  insertTrunk,
  listStoredTrunks,
  saveTrunk,
  toTrunk,
  type StoredTrunk,
} from "./trunks.postgres.ts";

interface TrunkChange {
  name?: string | undefined;
  enabled?: boolean | undefined;
  networks?: string[] | undefined;
  username?: string | null | undefined;
  password?: string | null | undefined;
  maximumCalls?: number | undefined;
  outboundUri?: string | null | undefined;
}

const blank: Omit<StoredTrunk, "id"> = {
  name: "",
  enabled: true,
  networks: [],
  username: null,
  ha1Md5: null,
  ha1Sha256: null,
  maximumCalls: 0,
  outboundUri: null,
};

export function trunkEndpoints(office: Office & { realm: string }): BoundEndpoint[] {
  const { postgres, realm } = office;
  return [
    bind(contract.listTrunks, async () => ({ trunks: (await listStoredTrunks(postgres)).map(toTrunk) })),
    bind(contract.createTrunk, async ({ body }, context) => {
      const created = await refusingConflicts(body.name, () =>
        postgres.transaction(async (inside) => {
          const trunk = await insertTrunk(inside, changeTrunk(blank, body, realm));
          const detail = withoutPassword(body);
          await audit(inside, actorOf(context), {
            action: "trunk.created",
            subject: `trunk:${trunk.id}`,
            detail,
          });
          return trunk;
        }),
      );
      await office.announce();
      return toTrunk(created);
    }),
    bind(contract.updateTrunk, async ({ params, body }, context) => {
      const changed = await refusingConflicts(body.name ?? "", () =>
        postgres.transaction(async (inside) => {
          const before = await mustFind(inside, params.trunkId);
          const after = { ...changeTrunk(before, body, realm), id: before.id };
          await saveTrunk(inside, after);
          const detail = withoutPassword(body);
          const subject = `trunk:${before.id}`;
          await audit(inside, actorOf(context), { action: "trunk.changed", subject, detail });
          return after;
        }),
      );
      await office.announce();
      return toTrunk(changed);
    }),
    bind(contract.deleteTrunk, async ({ params }, context) => {
      await postgres.transaction(async (inside) => {
        const { id, name } = await mustFind(inside, params.trunkId);
        await deleteTrunk(inside, id);
        await audit(inside, actorOf(context), {
          action: "trunk.removed",
          subject: `trunk:${id}`,
          detail: { name },
        });
      });
      await office.announce();
      return {};
    }),
  ];
}

async function mustFind(inside: Queryable, trunkId: string): Promise<StoredTrunk> {
  const trunk = await findTrunk(inside, trunkId);
  if (trunk === null) throw new Failure("not-found", `There is no trunk ${trunkId}`);
  return trunk;
}

/**
 * The trunk after a change. Digest hashes hold the username, so a new username needs the password again; no
 * username means no password.
 */
export function changeTrunk<T extends Omit<StoredTrunk, "id">>(
  before: T,
  change: TrunkChange,
  realm: string,
): T {
  const { password, username = before.username, ...others } = change;
  const given = Object.fromEntries(Object.entries(others).filter(([, value]) => value !== undefined));
  const after = { ...before, ...given, username };
  if (username === null) return { ...after, ...refusePassword(password), ha1Md5: null, ha1Sha256: null };
  if (typeof password === "string") return { ...after, ...digestHashes(username, realm, password) };
  if (password === null || username !== before.username || before.ha1Md5 === null)
    throw new Failure("bad-request", "A trunk with a username needs its password", [
      { path: "body.password", message: "is needed with this username" },
    ]);
  return after;
}

function refusePassword(password: string | null | undefined): Record<string, never> {
  if (typeof password !== "string") return {};
  throw new Failure("bad-request", "A trunk with a password needs a username", [
    { path: "body.username", message: "is needed with a password" },
  ]);
}

function withoutPassword({ password, ...others }: TrunkChange): object {
  return { ...others, ...(password === undefined ? {} : { password: "[changed]" }) };
}
