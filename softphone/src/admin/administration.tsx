import { Navigate, Route, Routes } from "react-router";
import { EmergencyPresetsPage } from "../emergency/presets-page.tsx";
import { useHasRole } from "../session/session.tsx";
import { AuditPage } from "./audit-page.tsx";
import { FlowPage } from "./flow-page.tsx";
import { FlowsPage } from "./flows-page.tsx";
import { LabelsPage } from "./labels-page.tsx";
import { NumbersPage } from "./numbers-page.tsx";
import { PeoplePage } from "./people-page.tsx";
import { PromptsPage } from "./prompts-page.tsx";
import { QueuePage } from "./queue-page.tsx";
import { QueuesPage } from "./queues-page.tsx";
import { PersonRoutingPage } from "./routing/person-routing-page.tsx";
import { ReviewPage } from "./routing/review-page.tsx";
import { RoutingFrame } from "./routing/routing-frame.tsx";
import { SchedulePage } from "./routing/schedule-page.tsx";
import { SchedulesPage } from "./routing/schedules-page.tsx";
import { SimulatePage } from "./routing/simulate/simulate-page.tsx";
import { SkillsPage } from "./routing/skills-page.tsx";
import { TeamsPage } from "./routing/teams-page.tsx";
import { VersionPage } from "./routing/version-page.tsx";
import { VersionsPage } from "./routing/versions-page.tsx";
import { ServersPage } from "./servers/servers-page.tsx";
import { NewTrunkPage, TrunkPage } from "./trunks/trunk-page.tsx";
import { TrunksPage } from "./trunks/trunks-page.tsx";

/** Supervisors look and set members; administrators change everything. */
export function Administration() {
  const isAdministrator = useHasRole("administrator");
  return (
    <Routes>
      <Route path="people" element={<PeoplePage />} />
      <Route element={<RoutingFrame />}>
        <Route path="people/:personId" element={<PersonRoutingPage />} />
        <Route path="queues" element={<QueuesPage />} />
        <Route path="queues/:queueId" element={<QueuePage />} />
        <Route path="skills" element={<SkillsPage />} />
        <Route path="teams" element={<TeamsPage />} />
        <Route path="schedules" element={<SchedulesPage />} />
        <Route path="schedules/:scheduleId" element={<SchedulePage />} />
        <Route path="versions" element={<VersionsPage />} />
        <Route path="versions/:version" element={<VersionPage />} />
        {isAdministrator && (
          <>
            <Route path="review" element={<ReviewPage />} />
            <Route path="simulate" element={<SimulatePage />} />
          </>
        )}
      </Route>
      <Route path="numbers" element={<NumbersPage />} />
      <Route path="flows" element={<FlowsPage />} />
      <Route path="flows/:flowId" element={<FlowPage />} />
      <Route path="emergency" element={<EmergencyPresetsPage />} />
      <Route path="prompts" element={<PromptsPage />} />
      {isAdministrator && (
        <>
          <Route path="trunks" element={<TrunksPage />} />
          <Route path="trunks/new" element={<NewTrunkPage />} />
          <Route path="trunks/:trunkId" element={<TrunkPage />} />
          <Route path="servers" element={<ServersPage />} />
          <Route path="labels" element={<LabelsPage />} />
          <Route path="audit" element={<AuditPage />} />
        </>
      )}
      <Route path="*" element={<Navigate to="/admin/people" replace />} />
    </Routes>
  );
}
