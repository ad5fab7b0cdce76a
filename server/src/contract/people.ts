import { z } from "zod";
import { endpoint } from "./endpoint.ts";

export const Role = z.enum(["agent", "supervisor", "administrator"]);
export type Role = z.infer<typeof Role>;

export const Username = z
  .string()
  .trim()
  .toLowerCase()
  .regex(/^[a-z0-9][a-z0-9._-]{1,63}$/, "2 to 64 letters, digits, dots, dashes or underscores");
export const Password = z.string().min(10, "at least 10 characters").max(200);
export const PersonName = z.string().trim().min(1, "a name is needed").max(120);
export const Language = z.enum(["en", "zh"]);
export type Language = z.infer<typeof Language>;

/** The signed-in person, and what the app needs to send with each change. */
export const Me = z.object({
  id: z.uuid(),
  username: z.string(),
  name: z.string(),
  role: Role,
  /** Sent back as `X-CSRF-Token` with everything but GET. */
  csrfToken: z.string(),
});
export type Me = z.infer<typeof Me>;

export const Person = z.object({
  id: z.uuid(),
  username: z.string(),
  name: z.string(),
  role: Role,
  active: z.boolean(),
  /** False until the person has used their one-time link and chosen a password. */
  hasPassword: z.boolean(),
  createdAt: z.iso.datetime(),
  lastSignInAt: z.iso.datetime().nullable(),
  /** A desk phone registered with its own secret, or null. */
  deskPhone: z.object({ username: z.string(), createdAt: z.iso.datetime() }).nullable(),
});
export type Person = z.infer<typeof Person>;

/** A link that works once: creates the first administrator, or lets a new person choose a password. */
export const Invitation = z.object({
  kind: z.enum(["first-administrator", "person"]),
  name: z.string().nullable(),
  username: z.string().nullable(),
  role: Role,
  expiresAt: z.iso.datetime(),
});
const InvitationLink = z.object({ url: z.url(), expiresAt: z.iso.datetime() });
const personId = z.object({ personId: z.uuid() });

export const signIn = endpoint({
  method: "POST",
  path: "/api/session",
  access: "public",
  summary: "Sign in; sets the session cookie",
  body: z.object({ username: Username, password: z.string().min(1).max(200) }).strict(),
  result: Me,
});
export const signOut = endpoint({
  method: "DELETE",
  path: "/api/session",
  access: "agent",
  summary: "Sign out; the session ends everywhere",
});
export const whoAmI = endpoint({
  method: "GET",
  path: "/api/session",
  access: "agent",
  summary: "The signed-in person",
  result: Me,
});
export const changePassword = endpoint({
  method: "PUT",
  path: "/api/session/password",
  access: "agent",
  summary: "Change one's own password; other sessions of the person end",
  body: z.object({ current: z.string().min(1).max(200), next: Password }).strict(),
});
export const readInvitation = endpoint({
  method: "GET",
  path: "/api/invitations/:token",
  access: "public",
  summary: "What a one-time link is for",
  params: z.object({ token: z.string().min(20).max(100) }),
  result: Invitation,
});
export const acceptInvitation = endpoint({
  method: "POST",
  path: "/api/invitations/:token",
  access: "public",
  summary: "Use a one-time link: choose a password and be signed in",
  params: z.object({ token: z.string().min(20).max(100) }),
  body: z.object({ name: PersonName.optional(), username: Username.optional(), password: Password }).strict(),
  result: Me,
});
export const listPeople = endpoint({
  method: "GET",
  path: "/api/people",
  access: "supervisor",
  summary: "Everybody who may sign in",
  result: z.object({ people: z.array(Person) }),
});
export const createPerson = endpoint({
  method: "POST",
  path: "/api/people",
  access: "administrator",
  summary: "Add a person; answers with their one-time link",
  body: z.object({ name: PersonName, username: Username, role: Role }).strict(),
  result: z.object({ person: Person, invitation: InvitationLink }),
});
export const updatePerson = endpoint({
  method: "PATCH",
  path: "/api/people/:personId",
  access: "administrator",
  summary: "Rename, change the role, deactivate or reactivate",
  params: personId,
  body: z
    .object({ name: PersonName.optional(), role: Role.optional(), active: z.boolean().optional() })
    .strict(),
  result: Person,
});
export const invitePerson = endpoint({
  method: "POST",
  path: "/api/people/:personId/invitation",
  access: "administrator",
  summary: "A new one-time link (the earlier ones stop working), also to reset a password",
  params: personId,
  result: InvitationLink,
});
export const issueDeskPhone = endpoint({
  method: "POST",
  path: "/api/people/:personId/desk-phone",
  access: "administrator",
  summary: "A secret for a desk phone of this person; shown once, an earlier one stops working",
  params: personId,
  result: z.object({ username: z.string(), password: z.string(), domain: z.string() }),
});
export const revokeDeskPhone = endpoint({
  method: "DELETE",
  path: "/api/people/:personId/desk-phone",
  access: "administrator",
  summary: "The desk phone's secret stops working; its registration ends",
  params: personId,
});
export const listAudit = endpoint({
  method: "GET",
  path: "/api/audit",
  access: "administrator",
  summary: "Who changed what, newest first",
  query: z
    .object({
      before: z.coerce.number().int().positive().optional(),
      limit: z.coerce.number().int().min(1).max(200).default(50),
    })
    .strict(),
  result: z.object({
    entries: z.array(
      z.object({
        id: z.number(),
        at: z.iso.datetime(),
        actorId: z.uuid().nullable(),
        actorName: z.string().nullable(),
        action: z.string(),
        subject: z.string(),
        detail: z.record(z.string(), z.unknown()),
        ip: z.string().nullable(),
      }),
    ),
  }),
});
