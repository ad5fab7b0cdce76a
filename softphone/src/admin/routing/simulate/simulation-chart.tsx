import { NativeSelect, Table } from "@mantine/core";
import { useElementSize } from "@mantine/hooks";
import type { simulation } from "@ringdown/contract";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormats } from "../../../shared/format.ts";
import { ListTable } from "../../../shared/list-table.tsx";
import { Panel } from "../../../shared/page.tsx";
import {
  axisOf,
  chartedFigures,
  comparedFigures,
  pointsOf,
  type ChartedFigure,
  type ChartPoint,
} from "../core/simulation.ts";
import classes from "../routing.module.css";
import { useFigureText } from "./figure-text.ts";

const sides = ["current", "proposed"] as const;

/** One figure by interval, both sides as lines; the same as a table for those who can't or won't read the picture. */
export function SimulationChart(props: { result: simulation.SimulationResult; queueId: string | null }) {
  const { t } = useTranslation();
  const { result, queueId } = props;
  const [figure, setFigure] = useState<ChartedFigure>("serviceLevel");
  const points = useMemo(() => pointsOf(result, queueId, figure), [result, queueId, figure]);
  const name = t(`simulate.figures.${figure}`);
  return (
    <Panel
      title={t("simulate.byInterval")}
      aside={
        <NativeSelect
          size="xs"
          aria-label={t("simulate.figure")}
          value={figure}
          onChange={(event) => setFigure(event.currentTarget.value as ChartedFigure)}
          data={chartedFigures.map((value) => ({ value, label: t(`simulate.figures.${value}`) }))}
        />
      }
    >
      <div className={classes["legend"]}>
        {sides.map((side) => (
          <span key={side} data-side={side}>
            {t(`simulate.${side}`)}
          </span>
        ))}
      </div>
      <Lines
        points={points}
        figure={figure}
        zone={result.zone}
        label={t("simulate.chart", { figure: name })}
      />
      <details className={classes["details"]}>
        <summary>{t("simulate.asTable")}</summary>
        <PointTable points={points} figure={figure} zone={result.zone} />
      </details>
    </Panel>
  );
}

const [height, left, right, top, bottom] = [240, 58, 8, 10, 26];
const usualWidth = 1_000;

function Lines(props: { points: readonly ChartPoint[]; figure: ChartedFigure; zone: string; label: string }) {
  const { points, figure } = props;
  const write = useFigureText();
  const { i18n } = useTranslation();
  const { ref, width: measured } = useElementSize();
  const width = measured === 0 ? usualWidth : measured;
  const kind = kindOf(figure);
  const most = Math.max(0, ...points.flatMap(({ current, proposed }) => [current ?? 0, proposed ?? 0]));
  const scale = kind === "time" ? 1_000 : 1;
  const axis = axisOf(most / scale, kind === "share" ? 1 : Infinity);
  const x = (index: number) => left + ((width - left - right) * (index + 0.5)) / Math.max(1, points.length);
  const y = (value: number) => top + (height - top - bottom) * (1 - value / scale / axis.top);
  const ticks = Array.from(
    { length: Math.round(axis.top / axis.step) + 1 },
    (_, index) => index * axis.step * scale,
  );
  const day = new Intl.DateTimeFormat(i18n.language === "zh" ? "zh-CN" : undefined, {
    timeZone: props.zone,
    weekday: "short",
    day: "numeric",
  });
  return (
    <div ref={ref}>
      <svg
        className={classes["chart"]}
        viewBox={`0 0 ${width} ${height}`}
        role="img"
        aria-label={props.label}
      >
        {ticks.map((value) => (
          <g key={value}>
            <line x1={left} x2={width - right} y1={y(value)} y2={y(value)} />
            <text x={left - 6} y={y(value) + 4} textAnchor="end">
              {write.value({ kind }, value)}
            </text>
          </g>
        ))}
        {dayStarts(points, day, Math.max(2, Math.floor(width / 90))).map(({ index, label }) => (
          <g key={index}>
            <line data-day x1={x(index - 0.5)} x2={x(index - 0.5)} y1={top} y2={height - bottom} />
            <text x={x(index - 0.5) + 4} y={height - 8}>
              {label}
            </text>
          </g>
        ))}
        {sides.map((side) => (
          <path
            key={side}
            data-side={side}
            d={pathOf(
              points.map((point) => point[side]),
              x,
              y,
            )}
          />
        ))}
      </svg>
    </div>
  );
}

function kindOf(figure: ChartedFigure): "share" | "time" | "count" {
  return comparedFigures.find(({ name }) => name === figure)?.kind ?? "count";
}

/** The first interval of each day that has any; with many days every second or third, so that words don't touch. */
function dayStarts(
  points: readonly ChartPoint[],
  day: Intl.DateTimeFormat,
  most: number,
): { index: number; label: string }[] {
  const starts = points
    .map(({ from }, index) => ({ index, label: day.format(from) }))
    .filter(({ label, index }, at, all) => index === 0 || all[at - 1]?.label !== label);
  const every = Math.ceil(starts.length / most);
  return starts.filter((_, index) => index % every === 0);
}

/** A line with gaps where there is no value; a lone value is a dot. */
function pathOf(
  values: readonly (number | null)[],
  x: (index: number) => number,
  y: (value: number) => number,
): string {
  let path = "";
  values.forEach((value, index) => {
    if (value === null) return;
    const isStart = (values[index - 1] ?? null) === null;
    path += `${isStart ? "M" : "L"}${x(index).toFixed(1)} ${y(value).toFixed(1)}`;
    if (isStart && (values[index + 1] ?? null) === null) path += "h0.1";
  });
  return path;
}

function PointTable(props: { points: readonly ChartPoint[]; figure: ChartedFigure; zone: string }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const write = useFigureText();
  const kind = kindOf(props.figure);
  return (
    <ListTable
      minWidth={420}
      headings={[
        t("report.interval"),
        { name: t("simulate.current"), is: "right" },
        { name: t("simulate.proposed"), is: "right" },
      ]}
    >
      {props.points.map(({ from, current, proposed }) => (
        <Table.Tr key={from}>
          <Table.Td className="rd-num">{formats.dateTime(from)}</Table.Td>
          <Table.Td ta="right" className="rd-num">
            {write.value({ kind }, current)}
          </Table.Td>
          <Table.Td ta="right" className="rd-num">
            {write.value({ kind }, proposed)}
          </Table.Td>
        </Table.Tr>
      ))}
    </ListTable>
  );
}
