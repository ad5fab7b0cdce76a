import { bind, bindPublic, type BoundEndpoint, type RequestContext } from "../base/handler.ts";
import { Failure } from "../base/failure.ts";
import * as contract from "../contract/people.ts";
import { actorOf, audit } from "./audit.ts";
import { acceptLink, openInvitation } from "./invitations.ts";
import type { Office } from "./office.ts";
import { findPassword, findPerson, noteSignIn, setPasswordHash } from "./people.postgres.ts";
import { checkPassword, hashPassword } from "./secrets.ts";
import { csrfTokenOf } from "./sessions.ts";
import { openSignInLimits, type SignInLimits } from "./sign-in-limits.ts";

/** Signing in and out, one's own password, one-time links. */
export function sessionEndpoints(office: Office): BoundEndpoint[] {
  const limits = openSignInLimits();
  return [
    bindPublic(contract.signIn, ({ body }, context) => signIn(office, limits, body, context)),
    bind(contract.signOut, async (_input, context) => {
      const { user, sessionToken } = context;
      const session = sessionToken === null ? null : await office.sessions.authenticate(sessionToken);
      if (session !== null) await office.sessions.end(user.id, { only: session.sessionId });
      context.setSession(null);
      return {};
    }),
    bind(contract.whoAmI, async (_input, { user, sessionToken }) =>
      describeMe(office, user.id, sessionToken ?? ""),
    ),
    bind(contract.changePassword, async ({ body }, context) => {
      await changePassword(office, limits, body, context);
      return {};
    }),
    bindPublic(contract.readInvitation, async ({ params }) => {
      const found = await openInvitation(office.postgres, params.token, office.clock.now());
      const { kind, name, username, role, expiresAt } = found;
      return { kind, name, username, role, expiresAt: expiresAt.toISOString() };
    }),
    bindPublic(contract.acceptInvitation, async ({ params, body }, context) => {
      const { postgres, clock } = office;
      const personId = await acceptLink(postgres, clock, params.token, body, actorOf(context));
      await office.sessions.end(personId); // a new password ends what the old one opened
      const me = await beginSession(office, personId, context);
      await office.announce();
      return me;
    }),
  ];
}

async function signIn(
  office: Office,
  limits: SignInLimits,
  body: { username: string; password: string },
  context: RequestContext,
): Promise<contract.Me> {
  const { username, password } = body;
  await limits.spend(context.ip, username);
  const person = await findPassword(office.postgres, { username });
  const isRight = await checkPassword(person?.active === true ? person.passwordHash : null, password);
  if (!isRight || person === null) {
    await audit(office.postgres, actorOf(context), {
      action: "sign-in.refused",
      subject: person === null ? "person:unknown" : `person:${person.id}`,
    });
    throw new Failure("unauthenticated", "The username or the password is wrong");
  }
  await limits.forgive(context.ip, username);
  return await beginSession(office, person.id, context);
}

async function beginSession(office: Office, personId: string, context: RequestContext): Promise<contract.Me> {
  const session = await office.postgres.transaction(async (inside) => {
    const begun = await office.sessions.begin(inside, personId, context.ip);
    await noteSignIn(inside, personId, office.clock.now());
    await audit(inside, actorOf(context), { action: "sign-in", subject: `person:${personId}` });
    return begun;
  });
  context.setSession(session.token, session.expiresAt);
  return await describeMe(office, personId, session.token);
}

async function describeMe(office: Office, personId: string, token: string): Promise<contract.Me> {
  const person = office.directory.person(personId) ?? (await findPerson(office.postgres, personId));
  if (person === null) throw new Failure("unauthenticated", "Sign in first");
  const { id, username, name, role } = person;
  return { id, username, name, role, csrfToken: csrfTokenOf(token) };
}

async function changePassword(
  office: Office,
  limits: SignInLimits,
  body: { current: string; next: string },
  context: RequestContext & { user: NonNullable<RequestContext["user"]> },
): Promise<void> {
  const { user } = context;
  const stored = await findPassword(office.postgres, { id: user.id });
  await limits.spend(context.ip, stored?.username ?? user.id);
  if (!(await checkPassword(stored?.passwordHash ?? null, body.current)))
    throw new Failure("forbidden", "The current password is wrong", [
      { path: "body.current", message: "is wrong" },
    ]);
  await limits.forgive(context.ip, stored?.username ?? user.id);
  const passwordHash = await hashPassword(body.next);
  await office.postgres.transaction(async (inside) => {
    await setPasswordHash(inside, user.id, passwordHash);
    await audit(inside, actorOf(context), { action: "password.changed", subject: `person:${user.id}` });
  });
  const session =
    context.sessionToken === null ? null : await office.sessions.authenticate(context.sessionToken);
  await office.sessions.end(user.id, session === null ? {} : { except: session.sessionId });
}
