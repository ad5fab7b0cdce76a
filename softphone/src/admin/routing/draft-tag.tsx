import type { routing } from "@ringdown/contract";
import { useTranslation } from "react-i18next";
import { Tag } from "../../shared/tag.tsx";
import { useRouting } from "./routing-context.tsx";

/** On what is new or otherwise in the draft than published. */
export function DraftTag(props: { what: routing.RoutingDifference["what"]; id: string }) {
  const { t } = useTranslation();
  const { loaded, canEdit } = useRouting();
  const own = loaded.differences.filter(({ what, id }) => what === props.what && id === props.id);
  if (!canEdit || own.length === 0) return null;
  const isNew = own.some(({ kind }) => kind === "added");
  return <Tag tone="accent">{isNew ? t("draft.new") : t("draft.changed")}</Tag>;
}
