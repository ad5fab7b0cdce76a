import type { Role } from "../contract/people.ts";

/** Who a session token belongs to. */
export interface SignedIn {
  sessionId: string;
  user: { id: string; name: string; role: Role };
  csrfToken: string;
}

/** What the edge needs of sign-in; admin/ has it. */
export interface Sessions {
  /** Null for a token that is unknown, forged, expired or ended. May be asked for every request. */
  authenticate(token: string): Promise<SignedIn | null>;
}

export const sessionCookie = "ringdown_session";

const ranks: Record<Role, number> = { agent: 1, supervisor: 2, administrator: 3 };

/** Whether a role includes what a lower one may do. */
export function mayAct(role: Role, needed: Role): boolean {
  return ranks[role] >= ranks[needed];
}
