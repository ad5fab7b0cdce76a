import type { ledger } from "@ringdown/contract";
import { useTranslation } from "react-i18next";

const groups = ["available", "offered", "busy", "wrapUp", "notRoutable"] as const;

/** How the members of a queue stand, in one line; who is in no group is not named. */
export function StaffCounts(props: { staffing: ledger.OfferReason["staffing"] }) {
  const { t } = useTranslation();
  const present = groups.filter((group) => props.staffing[group] > 0);
  if (present.length === 0) return "0";
  return present.map((group, index) => (
    <span key={group}>
      {index > 0 && " · "}
      {t(`reason.group.${group}`)} <strong className="rd-num">{props.staffing[group]}</strong>
    </span>
  ));
}
