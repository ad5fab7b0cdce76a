import type { ledger } from "@ringdown/contract";
import { useTranslation } from "react-i18next";
import { Tag } from "../shared/tag.tsx";

const tones: Record<ledger.Outcome, "good" | "bad" | "plain"> = {
  answered: "good",
  abandoned: "bad",
  "left-in-flow": "plain",
  voicemail: "plain",
  "completed-in-flow": "plain",
  "transferred-out": "plain",
  callback: "plain",
  "not-reached": "bad",
  "not-served": "bad",
  failed: "bad",
};

/** How an interaction came out; null while it goes on. */
export function OutcomeBadge(props: { outcome: ledger.Outcome | null }) {
  const { t } = useTranslation();
  const { outcome } = props;
  if (outcome === null) {
    return <Tag tone="accent">{t("interaction.goesOn")}</Tag>;
  }
  return <Tag tone={tones[outcome]}>{t(`outcome.${outcome}`)}</Tag>;
}
