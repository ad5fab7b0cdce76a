import { createHash, timingSafeEqual } from "node:crypto";
import { parseCookie } from "cookie";
import type { Request } from "express";
import { Failure } from "../base/failure.ts";
import type { Endpoint } from "../contract/endpoint.ts";
import { mayAct, sessionCookie, type Sessions, type SignedIn } from "./sessions.ts";

/** The session token of a request's cookie, or null. */
export function readSessionToken(cookieHeader: string | undefined): string | null {
  return parseCookie(cookieHeader ?? "")[sessionCookie] ?? null;
}

/**
 * Whether a request may go on to an endpoint: signed in, of the right role, and not sent by another site's page.
 * Returns who is signed in; null at public endpoints for those who are not.
 */
export async function passGate(
  endpoint: Endpoint,
  request: Request,
  sessions: Sessions,
): Promise<SignedIn | null> {
  const token = readSessionToken(request.headers.cookie);
  const isUnsafe = endpoint.method !== "GET";
  if (isUnsafe && request.headers["sec-fetch-site"] === "cross-site")
    throw new Failure("forbidden", "This request comes from another site");
  if (endpoint.access === "public") return null;
  const signedIn = token === null ? null : await sessions.authenticate(token);
  if (signedIn === null) throw new Failure("unauthenticated", "Sign in first");
  if (isUnsafe) checkCsrf(request, signedIn);
  if (!mayAct(signedIn.user.role, endpoint.access))
    throw new Failure("forbidden", `This needs the role ${endpoint.access}`);
  return signedIn;
}

function checkCsrf(request: Request, signedIn: SignedIn): void {
  const given = request.headers["x-csrf-token"];
  if (typeof given === "string" && isSame(given, signedIn.csrfToken)) return;
  throw new Failure("forbidden", "The header X-CSRF-Token is missing or wrong");
}

function isSame(a: string, b: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
