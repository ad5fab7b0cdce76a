import { people } from "@ringdown/contract";
import { Center, Loader } from "@mantine/core";
import { useQueryClient, type QueryClient } from "@tanstack/react-query";
import { lazy, useEffect, useState } from "react";
import { Navigate, Route, Routes } from "react-router";
import { call } from "./api/client.ts";
import { DeskPage } from "./desk/desk-page.tsx";
import type { Staleness } from "./live/core/live-state.ts";
import { LiveProvider } from "./live/live.tsx";
import { Realtime } from "./live/realtime.ts";
import { PhoneProvider } from "./phone/phone.tsx";
import { Ringer } from "./phone/ringer.ts";
import { Softphone } from "./phone/softphone.ts";
import { DoorFrame } from "./session/door-frame.tsx";
import { useHasRole, useSession } from "./session/session.tsx";
import { SignIn } from "./session/sign-in.tsx";
import { Welcome } from "./session/welcome.tsx";
import { RefusalAlert } from "./shared/refusals.tsx";
import { Shell } from "./shell/shell.tsx";

const LivePage = lazy(() => import("./supervisor/live-page.tsx").then((m) => ({ default: m.LivePage })));
const InteractionsPage = lazy(() =>
  import("./interactions/interactions-page.tsx").then((m) => ({ default: m.InteractionsPage })),
);
const InteractionPage = lazy(() =>
  import("./interactions/interaction-page.tsx").then((m) => ({ default: m.InteractionPage })),
);
const CustomersPage = lazy(() =>
  import("./customers/customers-page.tsx").then((m) => ({ default: m.CustomersPage })),
);
const CallbacksPage = lazy(() =>
  import("./callbacks/callbacks-page.tsx").then((m) => ({ default: m.CallbacksPage })),
);
const ReportsPage = lazy(() =>
  import("./reports/reports-page.tsx").then((m) => ({ default: m.ReportsPage })),
);
const Administration = lazy(() =>
  import("./admin/administration.tsx").then((m) => ({ default: m.Administration })),
);

export function App() {
  return (
    <Routes>
      <Route path="/welcome/:token" element={<Welcome />} />
      <Route path="*" element={<Door />} />
    </Routes>
  );
}

/** Lets signed-in people in, shows everyone else how to become one. */
function Door() {
  const { state, ask } = useSession();
  switch (state.kind) {
    case "asking":
      return (
        <Center h="100dvh">
          <Loader type="dots" />
        </Center>
      );
    case "unreachable":
      return (
        <DoorFrame>
          <RefusalAlert error={state.error} onRetry={ask} />
        </DoorFrame>
      );
    case "signed-out":
      return <SignIn wasSignedIn={state.wasSignedIn} />;
    case "signed-in":
      return <Inside key={state.me.id} me={state.me} />;
  }
}

interface Connections {
  realtime: Realtime;
  softphone: Softphone;
  ringer: Ringer;
}

/** Opens what a signed-in tab keeps open, and closes it with the session. */
function Inside(props: { me: people.Me }) {
  const queries = useQueryClient();
  const { ended } = useSession();
  const [connections, setConnections] = useState<Connections | null>(null);
  const { id } = props.me;
  useEffect(() => {
    const opened = openConnections(id, queries);
    const stop = opened.realtime.status.subscribe(() => {
      if (opened.realtime.status.value === "signed-out") ended();
    });
    setConnections(opened);
    return () => {
      stop();
      opened.realtime.close();
      opened.ringer.close();
      void opened.softphone.close();
      queries.clear();
    };
  }, [id, queries, ended]);
  if (connections === null) return null;
  return (
    <LiveProvider realtime={connections.realtime}>
      <PhoneProvider softphone={connections.softphone} ringer={connections.ringer}>
        <Screens />
      </PhoneProvider>
    </LiveProvider>
  );
}

function openConnections(personId: string, queries: QueryClient): Connections {
  const { protocol, host } = window.location;
  const url = `${protocol === "https:" ? "wss" : "ws"}://${host}/api/realtime`;
  const realtime = new Realtime(url, {
    onStale: (staleness) => refetch(queries, staleness),
    // If the session is over this is answered 401, which signs the tab out; anything else may wait.
    onNotLetIn: () => void call(people.whoAmI).catch(() => undefined),
  });
  const softphone = new Softphone(personId, () => realtime.now());
  return { realtime, softphone, ringer: new Ringer() };
}

/** What the realtime connection says is stale is fetched again when shown. */
function refetch(queries: QueryClient, staleness: Staleness): void {
  if (staleness.kind === "everything") return void queries.invalidateQueries();
  if (staleness.kind === "interaction") {
    void queries.invalidateQueries({ queryKey: ["interactions"] });
    void queries.invalidateQueries({ queryKey: ["interaction", staleness.interaction.id] });
    return;
  }
  void queries.invalidateQueries({ queryKey: [staleness.what] });
  void queries.invalidateQueries({ queryKey: ["labels"] });
  if (staleness.what === "labels") void queries.invalidateQueries({ queryKey: ["desk"] });
}

function Screens() {
  const isSupervisor = useHasRole("supervisor");
  return (
    <Routes>
      <Route element={<Shell />}>
        <Route path="/desk" element={<DeskPage />} />
        <Route path="/interactions" element={<InteractionsPage />} />
        <Route path="/interactions/:interactionId" element={<InteractionPage />} />
        {isSupervisor && (
          <>
            <Route path="/live" element={<LivePage />} />
            <Route path="/customers" element={<CustomersPage />} />
            <Route path="/callbacks" element={<CallbacksPage />} />
            <Route path="/reports" element={<ReportsPage />} />
            <Route path="/admin/*" element={<Administration />} />
          </>
        )}
        <Route path="*" element={<Navigate to={isSupervisor ? "/live" : "/desk"} replace />} />
      </Route>
    </Routes>
  );
}
