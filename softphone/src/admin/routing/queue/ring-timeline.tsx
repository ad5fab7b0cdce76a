import type { routing } from "@ringdown/contract";
import { useTranslation } from "react-i18next";
import { reachOf, type Reach } from "../core/reach.ts";
import { useDurationText } from "../fields.tsx";
import { useNames } from "../names.ts";
import { useRouting } from "../routing-context.tsx";
import classes from "../routing.module.css";

/** Whom a caller reaches from when on: a picture of steps, and each step in words. */
export function RingTimeline(props: { queue: routing.RoutedQueue }) {
  const { t } = useTranslation();
  const { document } = useRouting();
  const write = useDurationText();
  const words = useRingWords(props.queue);
  const reach = reachOf(document, props.queue);
  return (
    <div className={classes["timeline"]}>
      <Steps reach={reach} />
      <ol className={classes["steps"]} data-testid="ring-steps">
        {reach.map((one) => (
          <li key={`${one.afterMs}-${one.ring ?? "first"}`}>
            <strong>
              {one.afterMs === 0 ? t("rings.atFirst") : t("rings.at", { time: write(one.afterMs) })}
            </strong>{" "}
            {words(one)}{" "}
            <span className={one.personIds.length === 0 ? classes["warning"] : classes["quiet"]}>
              {t("rings.reaches", { count: one.personIds.length })}
            </span>
          </li>
        ))}
      </ol>
    </div>
  );
}

/** What a ring changes: "minimums lowered by 2, vip dropped, level 2 joins, borrows from Support". */
export function useRingWords(queue: routing.RoutedQueue): (reach: Reach) => string {
  const { t } = useTranslation();
  const name = useNames();
  return ({ ring, requirement, afterMs }) => {
    if (ring === null && afterMs > 0) return t("rings.delayOver");
    if (ring === null) return requirement === null ? t("rings.anyMember") : t("rings.need", { requirement });
    const { lowerBy = 0, drop = [], level = 1, borrowFrom = [] } = queue.settings.rings[ring] ?? {};
    const parts = [
      ...(lowerBy > 0 ? [t("rings.lowered", { count: lowerBy })] : []),
      ...(drop.includes("*") ? [t("rings.droppedAll")] : drop.map((skill) => t("rings.dropped", { skill }))),
      ...(level > 1 ? [t("rings.joins", { level })] : []),
      ...(borrowFrom.length > 0 ? [t("rings.borrows", { names: borrowFrom.map(name).join(", ") })] : []),
    ];
    return parts.length === 0 ? t("rings.same") : parts.join(", ");
  };
}

const [width, height, top] = [320, 84, 14];

/** Agents over time; the steps are equally wide, whatever their length. */
function Steps(props: { reach: readonly Reach[] }) {
  const { t } = useTranslation();
  const write = useDurationText();
  const { reach } = props;
  const most = Math.max(1, ...reach.map(({ personIds }) => personIds.length));
  const step = width / reach.length;
  return (
    <svg
      className={classes["stepsPicture"]}
      viewBox={`0 0 ${width} ${height + 18}`}
      role="img"
      aria-label={t("rings.picture")}
    >
      {reach.map(({ personIds, afterMs }, index) => {
        const tall = ((height - top) * personIds.length) / most;
        return (
          <g key={`${afterMs}-${index}`}>
            <rect x={index * step + 1} y={height - tall} width={step - 2} height={tall} rx="2" />
            <text x={index * step + step / 2} y={height - tall - 3} textAnchor="middle">
              {personIds.length}
            </text>
            <text x={index * step + 2} y={height + 13}>
              {write(afterMs)}
            </text>
          </g>
        );
      })}
      <line x1="0" x2={width} y1={height} y2={height} />
    </svg>
  );
}
