import { routing } from "@ringdown/contract";
import { useQueryClient, type QueryClient } from "@tanstack/react-query";
import { createContext, use, useCallback, useEffect, useMemo, useState, type ReactNode } from "react";
import { call, type Answer } from "../../api/client.ts";
import { useHasRole } from "../../session/session.tsx";
import { useStore } from "../../shared/store.ts";
import { locateProblems, type LocatedProblem } from "./core/problems.ts";
import { DraftKeeper, type Keeping, type UnsavedEdits } from "./draft-keeper.ts";

type Document = routing.RoutingDocument;

/** The routing configuration as the pages see it. */
interface Routing {
  loaded: Answer<typeof routing.readRouting>;
  /** The draft with this tab's edits for administrators; what is published for others. */
  document: Document;
  canEdit: boolean;
  edit(change: (document: Document) => Document): void;
  /** Of the draft as last kept. */
  problems: LocatedProblem[];
  keeping: Keeping;
  keeper: DraftKeeper;
}

const RoutingContext = createContext<Routing | null>(null);

export function useRouting(): Routing {
  const routed = use(RoutingContext);
  if (routed === null) throw new Error("useRouting outside RoutingFrame");
  return routed;
}

export const routingKey = ["routing"];
const memoryKey = "ringdown.routing.unsaved";

/** The one draft that all pages about routing edit. */
export function RoutingProvider(props: { loaded: Answer<typeof routing.readRouting>; children: ReactNode }) {
  const { loaded } = props;
  const canEdit = useHasRole("administrator");
  const queries = useQueryClient();
  const [keeper] = useState(() => openKeeper(queries));
  const keeping = useStore(keeper.keeping, (value) => value);
  useEffect(() => {
    const save = () => void keeper.flush();
    window.addEventListener("pagehide", save);
    return () => {
      window.removeEventListener("pagehide", save);
      save();
    };
  }, [keeper]);
  const kept = loaded.draft?.document ?? loaded.document;
  const revision = loaded.draft?.revision ?? null;
  const edit = useCallback(
    (change: (document: Document) => Document) => keeper.edit(change, { document: kept, revision }),
    [keeper, kept, revision],
  );
  const problems = useMemo(() => locateProblems(loaded.problems, kept), [loaded.problems, kept]);
  const value = useMemo(() => {
    const edited = keeping.state === "kept" ? kept : keeping.document;
    return { loaded, document: canEdit ? edited : loaded.document, canEdit, edit, problems, keeping, keeper };
  }, [loaded, canEdit, edit, problems, keeping, keeper, kept]);
  return <RoutingContext value={value}>{props.children}</RoutingContext>;
}

function openKeeper(queries: QueryClient): DraftKeeper {
  return new DraftKeeper({
    save: (document, revision) => call(routing.saveRoutingDraft, { body: { document, revision } }),
    // Shown, too: it says who was quicker.
    reread: async () => {
      const { draft, document } = await queries.fetchQuery({
        queryKey: routingKey,
        queryFn: () => call(routing.readRouting),
        staleTime: 0,
      });
      return { document: draft?.document ?? document, revision: draft?.revision ?? null };
    },
    onSaved: (saved) => {
      // An answer that is under way is older than this one.
      void queries.cancelQueries({ queryKey: routingKey, exact: true });
      queries.setQueryData<Answer<typeof routing.readRouting>>(
        routingKey,
        (before) => before && { ...before, ...saved },
      );
    },
    memory: {
      read: () => {
        const text = sessionStorage.getItem(memoryKey);
        return text === null ? null : (JSON.parse(text) as UnsavedEdits);
      },
      write: (edits) =>
        edits === null
          ? sessionStorage.removeItem(memoryKey)
          : sessionStorage.setItem(memoryKey, JSON.stringify(edits)),
    },
    delayMs: 600,
  });
}
