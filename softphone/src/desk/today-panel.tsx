import type { agentDesk } from "@ringdown/contract";
import { useTranslation } from "react-i18next";
import { formatDuration } from "../shared/core/duration.ts";
import { useFormats } from "../shared/format.ts";
import { Panel } from "../shared/page.tsx";
import classes from "./desk.module.css";

/** One's own figures since midnight. */
export function TodayPanel(props: { today: agentDesk.Desk["today"] }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const { today } = props;
  const figures = [
    ["handled", formats.number(today.handled)],
    ["missed", formats.number(today.missed)],
    ["talk", formatDuration(today.talkMs)],
    ["hold", formatDuration(today.holdMs)],
    ["wrapUp", formatDuration(today.wrapUpMs)],
    ["averageHandle", today.averageHandleMs === null ? "–" : formatDuration(today.averageHandleMs)],
  ] as const;
  return (
    <Panel title={t("today.title")}>
      <dl className={classes["figures"]}>
        {figures.map(([name, value]) => (
          <div key={name}>
            <dt>{t(`today.${name}`)}</dt>
            <dd className="rd-num" data-testid={`today-${name}`}>
              {value}
            </dd>
          </div>
        ))}
      </dl>
    </Panel>
  );
}
