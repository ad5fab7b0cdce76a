import { Anchor, Drawer } from "@mantine/core";
import type { UseQueryResult } from "@tanstack/react-query";
import { useEffect, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Refusal } from "../api/failure.ts";
import { LoadingRows } from "../shared/page.tsx";
import { RefusalAlert } from "../shared/refusals.tsx";
import classes from "./why.module.css";

/** A side panel with an answer that stays live while it is open. Escape closes it; the focus goes back. */
export function WhyPanel(props: { title: string; onClose: () => void; children: ReactNode }) {
  const { t } = useTranslation();
  // The panel is there only while it is open, so Mantine sees no closing that it could give the focus back at.
  const [asker] = useState(() => document.activeElement);
  useEffect(
    () => () => {
      if (asker instanceof HTMLElement) asker.focus();
    },
    [asker],
  );
  return (
    <Drawer
      opened
      returnFocus={false}
      onClose={props.onClose}
      position="right"
      size={440}
      title={<span className={classes["title"]}>{props.title}</span>}
      closeButtonProps={{ "aria-label": t("common.close") }}
      classNames={{ content: classes["content"] ?? "" }}
    >
      {props.children}
    </Drawer>
  );
}

/** The answer in its states: being fetched, refused, gone, there. What was there last stays until it is replaced. */
export function WhyAnswer<T>(props: {
  query: UseQueryResult<T>;
  /** There is nothing to explain any more. */
  isGone?: boolean;
  /** Where to look then. */
  goneTo?: string;
  children: (answer: T) => ReactNode;
}) {
  const { t } = useTranslation();
  const { query, goneTo } = props;
  const isGone =
    props.isGone === true || (query.error instanceof Refusal && query.error.code === "not-found");
  if (goneTo !== undefined && isGone) {
    return (
      <p className={classes["sentence"]} role="status" data-testid="why-sentence">
        {t("why.gone")}{" "}
        <Anchor component={Link} to={goneTo}>
          {t("why.seeInteraction")}
        </Anchor>
      </p>
    );
  }
  if (query.isError) return <RefusalAlert error={query.error} onRetry={() => void query.refetch()} />;
  if (query.data === undefined) return <LoadingRows rows={6} />;
  return props.children(query.data);
}

/** The one reason that counts, in a sentence; changes are read out. */
export function WhySentence(props: { because: string; children: ReactNode }) {
  return (
    <p className={classes["sentence"]} role="status" data-testid="why-sentence" data-because={props.because}>
      {props.children}
    </p>
  );
}

/** Facts by name; those without a value are left out. */
export function WhyFacts(props: { facts: readonly (readonly [name: string, value: ReactNode])[] }) {
  return (
    <dl className={classes["facts"]}>
      {props.facts
        .filter(([, value]) => value !== null)
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}
