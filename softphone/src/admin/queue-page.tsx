import { Anchor, Button } from "@mantine/core";
import type { routing } from "@ringdown/contract";
import { IconArrowLeft, IconTestPipe } from "@tabler/icons-react";
import { useEffect, useRef, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link, useLocation, useNavigate, useParams } from "react-router";
import { useConfirm } from "../shared/dialogs.tsx";
import { Empty, Page, Panel } from "../shared/page.tsx";
import classes from "./admin.module.css";
import { problemsAt } from "./routing/core/problems.ts";
import {
  isShownAtField,
  queueSections,
  sectionOfField,
  type QueueSection,
} from "./routing/core/queue-sections.ts";
import { removeThing } from "./routing/core/routing-edit.ts";
import { ProblemList } from "./routing/problem-list.tsx";
import { LimitsSection } from "./routing/queue/limits-section.tsx";
import { MembersSection } from "./routing/queue/members-section.tsx";
import { NeedsSection } from "./routing/queue/needs-section.tsx";
import { OrderSection } from "./routing/queue/order-section.tsx";
import { useQueueEditing, type QueueEditing } from "./routing/queue/queue-editing.ts";
import {
  CallbackSection,
  ChoosingSection,
  MeasuringSection,
  WaitingSection,
} from "./routing/queue/sections.tsx";
import { useRouting } from "./routing/routing-context.tsx";
import routingClasses from "./routing/routing.module.css";

/** One queue in the draft, part by part. */
export function QueuePage() {
  const { t } = useTranslation();
  const { queueId = "" } = useParams();
  const { canEdit } = useRouting();
  const editing = useQueueEditing(queueId);
  useSectionOfAddress();
  return (
    <Page
      title={editing?.queue.name ?? t("interaction.queue")}
      back={<BackLink to="/admin/queues" label={t("nav.queues")} />}
      actions={
        editing !== null &&
        canEdit && (
          <>
            <DeleteQueue queue={editing.queue} />
            <Button
              component={Link}
              to={`/admin/simulate?queue=${queueId}`}
              variant="default"
              leftSection={<IconTestPipe size={16} />}
            >
              {t("simulate.whatIf")}
            </Button>
          </>
        )
      }
    >
      {editing === null ? (
        <Panel>
          <Empty title={t("queues.gone")} />
        </Panel>
      ) : (
        <div className={routingClasses["withContents"]}>
          <Contents queue={editing.queue} />
          <div className={classes["stack"]}>
            {queueSections.map((section) => (
              <Section key={section} section={section} editing={editing} />
            ))}
          </div>
        </div>
      )}
    </Page>
  );
}

const parts: Record<QueueSection, (props: { editing: QueueEditing }) => ReactNode> = {
  choosing: ChoosingSection,
  members: MembersSection,
  needs: NeedsSection,
  limits: LimitsSection,
  order: OrderSection,
  waiting: WaitingSection,
  callback: CallbackSection,
  measuring: MeasuringSection,
};

function Section(props: { section: QueueSection; editing: QueueEditing }) {
  const { t } = useTranslation();
  const { section, editing } = props;
  const { canEdit } = useRouting();
  const problems = useSectionProblems(editing.queue, section).filter(({ field }) => !isShownAtField(field));
  const Part = parts[section];
  return (
    <div id={section} className={routingClasses["section"]} tabIndex={-1}>
      <Panel title={t(`queueSection.${section}`)}>
        {problems.length > 0 && canEdit && <ProblemList problems={problems} />}
        <Part editing={editing} />
      </Panel>
    </div>
  );
}

function useSectionProblems(queue: routing.RoutedQueue, section: QueueSection) {
  const { problems } = useRouting();
  return problemsAt(problems, { list: "queues", id: queue.id, field: "" }).filter(
    ({ field }) => sectionOfField(field) === section,
  );
}

/** The parts of the page, with a mark on those that have a problem. */
function Contents(props: { queue: routing.RoutedQueue }) {
  const { t } = useTranslation();
  return (
    <nav className={routingClasses["contents"]} aria-label={t("queues.contents")}>
      {queueSections.map((section) => (
        <ContentsLink key={section} section={section} queue={props.queue} />
      ))}
    </nav>
  );
}

function ContentsLink(props: { section: QueueSection; queue: routing.RoutedQueue }) {
  const { t } = useTranslation();
  const { canEdit } = useRouting();
  const problems = useSectionProblems(props.queue, props.section);
  const isBad = problems.some(({ severity }) => severity === "error");
  return (
    <Link to={`#${props.section}`} replace>
      {t(`queueSection.${props.section}`)}
      {canEdit && problems.length > 0 && (
        <span
          className={routingClasses["mark"]}
          data-tone={isBad ? "bad" : "warn"}
          role="img"
          aria-label={isBad ? t("draft.hasErrors") : t("draft.hasWarnings")}
        />
      )}
    </Link>
  );
}

/** `#needs` in the address leads to that part, and into the field there that has a problem. */
function useSectionOfAddress(): void {
  const { hash, key } = useLocation();
  const done = useRef("");
  useEffect(() => {
    if (done.current === key) return;
    done.current = key;
    if (hash === "") return;
    const part = document.getElementById(hash.slice(1));
    if (part === null) return;
    part.scrollIntoView({ block: "start" });
    const broken = part.querySelector<HTMLElement>("[aria-invalid='true']");
    (broken ?? part).focus({ preventScroll: broken === null });
  }, [hash, key]);
}

/** Where one came from. */
export function BackLink(props: { to: string; label: string }) {
  return (
    <Anchor component={Link} to={props.to} size="sm" mb={6} className={classes["back"] ?? ""}>
      <IconArrowLeft size={15} /> {props.label}
    </Anchor>
  );
}

function DeleteQueue(props: { queue: routing.RoutedQueue }) {
  const { t } = useTranslation();
  const { queue } = props;
  const { edit } = useRouting();
  const navigate = useNavigate();
  const confirm = useConfirm();
  const remove = () => {
    edit((document) => removeThing(document, "queues", queue.id));
    void navigate("/admin/queues");
  };
  return (
    <Button
      variant="default"
      c="var(--rd-bad)"
      onClick={() =>
        confirm({
          title: t("queues.deleteTitle", { name: queue.name }),
          sentence: t("queues.deleteSentence"),
          action: t("common.delete"),
          run: remove,
        })
      }
    >
      {t("common.delete")}
    </Button>
  );
}
