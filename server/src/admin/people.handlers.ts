import { bind, type BoundEndpoint, type SignedInContext } from "../base/handler.ts";
import { Failure } from "../base/failure.ts";
import * as contract from "../contract/people.ts";
import type { Person, Role } from "../contract/people.ts";
import type { Queryable } from "../store/postgres.ts";
import { actorOf, audit } from "./audit.ts";
import { refusingConflicts } from "./conflicts.ts";
import { makeLink } from "./invitations.ts";
import type { Office } from "./office.ts";
import {
  changePerson,
  findPerson,
  hasOtherAdministrator,
  insertPerson,
  listPeople,
  removeDeskPhone,
  saveDeskPhone,
} from "./people.postgres.ts";
import { digestHashes, makeDevicePassword } from "./secrets.ts";

/** People, roles, one-time links, desk phones. */
export function peopleEndpoints(office: Office & { realm: string }): BoundEndpoint[] {
  const { postgres, clock } = office;
  return [
    bind(contract.listPeople, async () => ({ people: await listPeople(postgres) })),
    bind(contract.createPerson, ({ body }, context) => createPerson(office, body, context)),
    bind(contract.updatePerson, ({ params, body }, context) =>
      updatePerson(office, params.personId, body, context),
    ),
    bind(contract.invitePerson, ({ params }, context) =>
      postgres.transaction(async (inside) => {
        const person = await mustFind(inside, params.personId);
        if (!person.active) throw new Failure("conflict", `${person.name} is deactivated`);
        const link = await makeLink(inside, clock, context.origin, person.id);
        await audit(inside, actorOf(context), { action: "person.invited", subject: `person:${person.id}` });
        return link;
      }),
    ),
    bind(contract.issueDeskPhone, async ({ params }, context) => {
      const issued = await issueDeskPhone(office, params.personId, context);
      await office.announce();
      return issued;
    }),
    bind(contract.revokeDeskPhone, async ({ params }, context) => {
      await postgres.transaction(async (inside) => {
        const person = await mustFind(inside, params.personId);
        if (!(await removeDeskPhone(inside, person.id)))
          throw new Failure("not-found", `${person.name} has no desk phone`);
        await audit(inside, actorOf(context), {
          action: "desk-phone.revoked",
          subject: `person:${person.id}`,
        });
      });
      await office.announce();
      return {};
    }),
  ];
}

async function mustFind(postgres: Queryable, personId: string): Promise<Person> {
  const person = await findPerson(postgres, personId);
  if (person === null) throw new Failure("not-found", `There is no person ${personId}`);
  return person;
}

async function createPerson(
  office: Office,
  body: { name: string; username: string; role: Role },
  context: SignedInContext,
) {
  const { postgres, clock } = office;
  const created = await refusingConflicts(body.username, () =>
    postgres.transaction(async (inside) => {
      const id = await insertPerson(inside, body);
      const invitation = await makeLink(inside, clock, context.origin, id);
      await audit(inside, actorOf(context), {
        action: "person.created",
        subject: `person:${id}`,
        detail: body,
      });
      return { person: await mustFind(inside, id), invitation };
    }),
  );
  await office.announce();
  return created;
}

async function updatePerson(
  office: Office,
  personId: string,
  change: { name?: string | undefined; role?: Role | undefined; active?: boolean | undefined },
  context: SignedInContext,
): Promise<Person> {
  const person = await office.postgres.transaction(async (inside) => {
    const before = await mustFind(inside, personId);
    const staysAdministrator =
      (change.role ?? before.role) === "administrator" && (change.active ?? before.active);
    if (before.role === "administrator" && before.active && !staysAdministrator)
      await keepOneAdministrator(inside, before);
    await changePerson(inside, personId, change);
    await audit(inside, actorOf(context), {
      action: change.active === false ? "person.deactivated" : "person.changed",
      subject: `person:${personId}`,
      detail: change,
    });
    return await mustFind(inside, personId);
  });
  office.sessions.forget(personId);
  if (!person.active) await office.sessions.end(personId);
  await office.announce();
  return person;
}

async function keepOneAdministrator(inside: Queryable, person: Person): Promise<void> {
  if (await hasOtherAdministrator(inside, person.id)) return;
  throw new Failure("conflict", `${person.name} is the only administrator: make somebody else one first`);
}

async function issueDeskPhone(
  office: Office & { realm: string },
  personId: string,
  context: SignedInContext,
): Promise<{ username: string; password: string; domain: string }> {
  const { postgres, realm } = office;
  const password = makeDevicePassword();
  return await postgres.transaction(async (inside) => {
    const person = await mustFind(inside, personId);
    if (!person.active) throw new Failure("conflict", `${person.name} is deactivated`);
    const username = `desk-${person.username}`;
    await saveDeskPhone(inside, { personId, username, ...digestHashes(username, realm, password) });
    await audit(inside, actorOf(context), { action: "desk-phone.issued", subject: `person:${personId}` });
    return { username, password, domain: realm };
  });
}
