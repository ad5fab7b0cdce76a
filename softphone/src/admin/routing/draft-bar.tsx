import { Alert, Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { routing } from "@ringdown/contract";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link, useLocation } from "react-router";
import { call } from "../../api/client.ts";
import { useConfirm } from "../../shared/dialogs.tsx";
import { useFormats } from "../../shared/format.ts";
import { RefusalAlert, useAction } from "../../shared/refusals.tsx";
import { countErrors } from "./core/problems.ts";
import { useRouting } from "./routing-context.tsx";
import classes from "./routing.module.css";

/** How the draft stands, at the foot of every page about routing; nothing while there is none. */
export function DraftBar() {
  const { t } = useTranslation();
  const { loaded, keeping, canEdit } = useRouting();
  const { pathname } = useLocation();
  if (!canEdit || (loaded.draft === null && keeping.state === "kept")) return null;
  const errors = countErrors(loaded.problems);
  return (
    <section className={classes["bar"]} aria-label={t("draft.label")} data-testid="draft-bar">
      <DraftTrouble />
      <div className={classes["barLine"]}>
        <div role="status" className={classes["barText"]}>
          <strong data-testid="draft-count">
            {t("draft.changes", { count: loaded.differences.length })}
          </strong>
          {errors > 0 && <span className={classes["bad"]}>{t("draft.errors", { count: errors })}</span>}
          <DraftState />
        </div>
        <DiscardDraft />
        {pathname !== "/admin/review" && (
          <Button size="xs" component={Link} to="/admin/review" data-testid="draft-review">
            {t("draft.review")}
          </Button>
        )}
      </div>
    </section>
  );
}

function DraftState() {
  const { t } = useTranslation();
  const formats = useFormats();
  const { loaded, keeping } = useRouting();
  if (keeping.state === "waiting" || keeping.state === "saving")
    return <span className={classes["quiet"]}>{t("draft.saving")}</span>;
  if (keeping.state !== "kept") return <span className={classes["bad"]}>{t("draft.notSaved")}</span>;
  if (loaded.draft === null) return null;
  const moment = formats.moment(Date.parse(loaded.draft.changedAt));
  const person = loaded.draft.changedBy;
  return (
    <span className={classes["quiet"]} data-testid="draft-kept">
      {person === null ? t("draft.kept", { moment }) : t("draft.keptBy", { person, moment })}
    </span>
  );
}

/** What keeps the latest edits from the server, and the ways out. */
function DraftTrouble() {
  const { t } = useTranslation();
  const { loaded, keeping, keeper } = useRouting();
  const queries = useQueryClient();
  const refetch = () => queries.refetchQueries({ queryKey: ["routing"], exact: true });
  const revision = loaded.draft?.revision ?? null;
  if (keeping.state === "failed")
    return <RefusalAlert error={keeping.error} onRetry={() => keeper.keepMine(revision)} />;
  if (keeping.state !== "behind") return null;
  const takeTheirs = () => void refetch().then(() => keeper.forget());
  return (
    <Alert
      color="red"
      variant="light"
      role="alert"
      icon={<IconAlertTriangle size={18} />}
      title={
        loaded.draft?.changedBy == null
          ? t("draft.behindTitle")
          : t("draft.behindTitleBy", { person: loaded.draft.changedBy })
      }
    >
      {t("draft.behindSentence")}
      <div className={classes["barActions"]}>
        <Button size="xs" variant="default" onClick={takeTheirs}>
          {t("draft.takeTheirs")}
        </Button>
        <Button size="xs" variant="default" onClick={() => keeper.keepMine(revision)}>
          {t("draft.keepMine")}
        </Button>
      </div>
    </Alert>
  );
}

/** Throws the draft away after a question; for a while it can be had back. */
function DiscardDraft() {
  const { t } = useTranslation();
  const { document, keeper, loaded } = useRouting();
  const confirm = useConfirm();
  const queries = useQueryClient();
  const refresh = () => queries.invalidateQueries({ queryKey: ["routing"] });
  const restore = useAction(() => call(routing.saveRoutingDraft, { body: { document, revision: null } }), {
    onDone: () => void refresh(),
  });
  const discard = useAction(
    async () => {
      // A save that is under way would bring the draft back.
      await keeper.flush();
      keeper.forget();
      await call(routing.discardRoutingDraft);
    },
    {
      onDone: () => {
        void refresh();
        const id = notifications.show({
          autoClose: 15_000,
          message: (
            <span className={classes["undo"]}>
              {t("draft.discarded")}
              <Button
                size="compact-xs"
                variant="default"
                onClick={() => {
                  notifications.hide(id);
                  restore.mutate(undefined);
                }}
              >
                {t("draft.undo")}
              </Button>
            </span>
          ),
        });
      },
    },
  );
  return (
    <Button
      size="xs"
      variant="default"
      loading={discard.isPending}
      onClick={() =>
        confirm({
          title: t("draft.discardTitle"),
          sentence: t("draft.discardSentence", { count: loaded.differences.length }),
          action: t("draft.discard"),
          run: () => discard.mutate(undefined),
        })
      }
    >
      {t("draft.discard")}
    </Button>
  );
}
