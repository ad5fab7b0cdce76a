import { Button, Group, Stack, Text, Textarea } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { routing } from "@ringdown/contract";
import { IconTestPipe } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import { call } from "../../api/client.ts";
import { Empty, LoadingRows, Page, Panel } from "../../shared/page.tsx";
import { RefusalAlert, useAction } from "../../shared/refusals.tsx";
import adminClasses from "../admin.module.css";
import { countErrors } from "./core/problems.ts";
import { DifferenceList } from "./difference-list.tsx";
import { ProblemList } from "./problem-list.tsx";
import { useRouting } from "./routing-context.tsx";
import classes from "./routing.module.css";

/** What the draft changes, what is wrong with it, and publishing it. */
export function ReviewPage() {
  const { t } = useTranslation();
  const { loaded, keeping, problems } = useRouting();
  const isSaving = keeping.state === "waiting" || keeping.state === "saving";
  const isEmpty = loaded.draft === null && keeping.state === "kept";
  return (
    <Page title={t("review.title")} hint={t("review.hint")} actions={!isEmpty && <SimulateLink />}>
      {isEmpty && (
        <Panel>
          <Empty
            title={t("review.nothing")}
            hint={t("review.nothingHint")}
            action={<Link to="/admin/versions">{t("nav.versions")}</Link>}
          />
        </Panel>
      )}
      {!isEmpty && (
        <div className={adminClasses["stack"]}>
          {problems.length > 0 && (
            <Panel title={t("review.problems")}>
              <ProblemList problems={problems} linked />
            </Panel>
          )}
          <Panel title={t("review.differences", { count: loaded.differences.length })}>
            {isSaving && loaded.differences.length === 0 ? (
              <LoadingRows />
            ) : loaded.differences.length === 0 ? (
              <Text size="sm" c="dimmed">
                {t("review.same")}
              </Text>
            ) : (
              <DifferenceList differences={loaded.differences} linked />
            )}
          </Panel>
          <Panel title={t("review.publish")}>
            <PublishForm />
          </Panel>
        </div>
      )}
    </Page>
  );
}

function SimulateLink() {
  const { t } = useTranslation();
  return (
    <Button
      component={Link}
      to="/admin/simulate"
      variant="default"
      leftSection={<IconTestPipe size={16} />}
      data-testid="review-simulate"
    >
      {t("simulate.link")}
    </Button>
  );
}

function PublishForm() {
  const { t } = useTranslation();
  const { loaded, keeper, keeping } = useRouting();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [note, setNote] = useState("");
  const errors = countErrors(loaded.problems);
  const publish = useAction(
    async () => {
      if (!(await keeper.flush())) return null;
      const now = queries.getQueryData<typeof loaded>(["routing"]) ?? loaded;
      if (now.draft === null) return null;
      return await call(routing.publishRouting, {
        body: { note: note.trim(), revision: now.draft.revision },
      });
    },
    {
      onDone: (published) => {
        if (published === null) return;
        for (const key of ["routing", "queues", "labels"])
          void queries.invalidateQueries({ queryKey: [key] });
        notifications.show({ message: t("review.published", { version: published.version }) });
        void navigate("/admin/versions");
      },
      onRefused: () => void queries.invalidateQueries({ queryKey: ["routing"] }),
    },
  );
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        publish.mutate(undefined);
      }}
    >
      <Stack gap="sm">
        {publish.isError && <RefusalAlert error={publish.error} />}
        <Textarea
          label={t("review.note")}
          description={t("review.noteHint")}
          autosize
          minRows={2}
          maxLength={500}
          value={note}
          onChange={(event) => setNote(event.currentTarget.value)}
          data-testid="publish-note"
        />
        <Group justify="space-between" gap="xs">
          <Text size="sm" className={errors > 0 ? classes["bad"] : classes["quiet"]} id="publish-why">
            {errors > 0 ? t("review.blocked", { count: errors }) : t("review.effect")}
          </Text>
          <Button
            type="submit"
            loading={publish.isPending}
            disabled={errors > 0 || loaded.differences.length === 0 || keeping.state === "behind"}
            aria-describedby="publish-why"
            data-testid="publish"
          >
            {t("review.publish")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
