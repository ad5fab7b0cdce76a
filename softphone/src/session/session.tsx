import { people } from "@ringdown/contract";
import { createContext, use, useCallback, useEffect, useMemo, useState, type ReactNode } from "react";
import { call, setCsrfToken, whenSignedOut } from "../api/client.ts";
import { Refusal } from "../api/failure.ts";

export type SessionState =
  | { kind: "asking" }
  | { kind: "signed-in"; me: people.Me }
  /** `wasSignedIn`: the session ended by itself, which deserves a word. */
  | { kind: "signed-out"; wasSignedIn: boolean }
  | { kind: "unreachable"; error: unknown };

interface Session {
  state: SessionState;
  signedIn(me: people.Me): void;
  signOut(): Promise<void>;
  ended(): void;
  ask(): void;
}
const SessionContext = createContext<Session | null>(null);

/** Who is signed in, asked of the server at the start. */
export function SessionProvider(props: { children: ReactNode }) {
  const [state, setState] = useState<SessionState>({ kind: "asking" });
  const signedIn = useCallback((me: people.Me) => {
    setCsrfToken(me.csrfToken);
    setState({ kind: "signed-in", me });
  }, []);
  const ended = useCallback(() => {
    setCsrfToken(null);
    setState((before) => ({ kind: "signed-out", wasSignedIn: before.kind === "signed-in" }));
  }, []);
  const ask = useCallback(() => {
    setState({ kind: "asking" });
    call(people.whoAmI).then(signedIn, (error: unknown) => {
      const isSignedOut = error instanceof Refusal && error.code === "unauthenticated";
      setState(isSignedOut ? { kind: "signed-out", wasSignedIn: false } : { kind: "unreachable", error });
    });
  }, [signedIn]);
  const signOut = useCallback(async () => {
    await call(people.signOut);
    setCsrfToken(null);
    setState({ kind: "signed-out", wasSignedIn: false });
  }, []);
  useEffect(() => {
    // A refused sign-in is answered 401 too, but then nobody was signed in.
    whenSignedOut(() => setState((before) => (before.kind === "signed-in" ? endedState : before)));
    ask();
  }, [ask]);
  const session = useMemo(
    () => ({ state, signedIn, signOut, ended, ask }),
    [state, signedIn, signOut, ended, ask],
  );
  return <SessionContext value={session}>{props.children}</SessionContext>;
}
const endedState: SessionState = { kind: "signed-out", wasSignedIn: true };

export function useSession(): Session {
  const session = use(SessionContext);
  if (session === null) throw new Error("useSession outside SessionProvider");
  return session;
}

/** The signed-in person; only below the shell. */
export function useMe(): people.Me {
  const { state } = useSession();
  if (state.kind !== "signed-in") throw new Error("useMe while signed out");
  return state.me;
}

const ranks = { agent: 0, supervisor: 1, administrator: 2 } as const;

/** Whether the person may do what needs `role`. */
export function useHasRole(role: people.Role): boolean {
  return ranks[useMe().role] >= ranks[role];
}
