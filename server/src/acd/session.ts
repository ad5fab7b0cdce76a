import { randomUUID } from "node:crypto";

/** One start of one node. */
export function newSession(nodeId: string): string {
  return `${nodeId}/${randomUUID()}`;
}

/** What all sessions of the same node begin with, and no other's do. */
export function nodePrefixOf(session: string): string {
  const end = session.lastIndexOf("/");
  return end < 0 ? `${session}/` : session.slice(0, end + 1);
}
