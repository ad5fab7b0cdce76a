import { NativeSelect, Table, Text } from "@mantine/core";
import type { simulation } from "@ringdown/contract";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormats } from "../../../shared/format.ts";
import { ListTable } from "../../../shared/list-table.tsx";
import { Empty, Panel } from "../../../shared/page.tsx";
import { Tag } from "../../../shared/tag.tsx";
import { compare, verdictOf, type ComparedRow, type Verdict } from "../core/simulation.ts";
import classes from "../routing.module.css";
import { useFigureText } from "./figure-text.ts";
import { SimulationChart } from "./simulation-chart.tsx";

type Result = simulation.SimulationResult;

/** What came out: figures side by side, by interval, and what to keep in mind. */
export function SimulationResults(props: { result: Result; queueId: string | null }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const { result } = props;
  const [queueId, setQueueId] = useState(props.queueId ?? "");
  const queues = [
    ...new Map([...result.current.queues, ...result.proposed.queues].map((one) => [one.queueId, one.name])),
  ];
  const chosen = queues.some(([id]) => id === queueId) ? queueId : "";
  if (result.basis.visits === 0)
    return (
      <Panel>
        <Empty title={t("simulate.noHistory")} hint={t("simulate.noHistoryHint")} />
      </Panel>
    );
  return (
    <>
      <Panel
        title={t("simulate.results")}
        testId="simulation-results"
        aside={
          <NativeSelect
            size="xs"
            aria-label={t("interaction.queue")}
            value={chosen}
            onChange={(event) => setQueueId(event.currentTarget.value)}
            data={[
              { value: "", label: t("simulate.allQueues") },
              ...queues.map(([value, label]) => ({ value, label })),
            ]}
          />
        }
      >
        <Text size="sm" mb="sm">
          {t("simulate.basis", {
            count: result.basis.visits,
            from: formats.date(result.from),
            to: formats.date(result.to - 1),
            runs: result.replications,
          })}
        </Text>
        <Remarks remarks={result.basis.remarks} />
        <Comparison result={result} queueId={chosen === "" ? null : chosen} />
      </Panel>
      <SimulationChart result={result} queueId={chosen === "" ? null : chosen} />
    </>
  );
}

function Remarks(props: { remarks: readonly string[] }) {
  if (props.remarks.length === 0) return null;
  return (
    <ul className={classes["remarks"]}>
      {props.remarks.map((remark) => (
        <li key={remark}>{remark}</li>
      ))}
    </ul>
  );
}

function Comparison(props: { result: Result; queueId: string | null }) {
  const { t } = useTranslation();
  const rows = compare(props.result, props.queueId) ?? [];
  return (
    <ListTable
      minWidth={760}
      headings={[
        t("simulate.figure"),
        { name: t("simulate.recorded"), is: "right" },
        { name: t("simulate.current"), is: "right" },
        { name: t("simulate.proposed"), is: "right" },
        { name: t("simulate.difference"), is: "right" },
        t("simulate.meaning"),
      ]}
    >
      {rows.map((row) => (
        <ComparisonRow key={row.figure.name} row={row} replications={props.result.replications} />
      ))}
    </ListTable>
  );
}

const tones: Record<Verdict, "good" | "bad" | "plain"> = {
  better: "good",
  worse: "bad",
  more: "plain",
  less: "plain",
  noise: "plain",
  same: "plain",
  "one-run": "plain",
};

function ComparisonRow(props: { row: ComparedRow; replications: number }) {
  const { t } = useTranslation();
  const write = useFigureText();
  const { figure, recorded, current, proposed, difference } = props.row;
  const verdict = difference === null ? null : verdictOf(difference, figure.better, props.replications);
  return (
    <Table.Tr>
      <Table.Td>{t(`simulate.figures.${figure.name}`)}</Table.Td>
      <Table.Td ta="right" className="rd-num">
        {write.value(figure, recorded)}
      </Table.Td>
      <Table.Td ta="right" className="rd-num">
        {write.value(figure, current?.mean ?? null)}
      </Table.Td>
      <Table.Td ta="right" className="rd-num">
        {write.value(figure, proposed?.mean ?? null)}
      </Table.Td>
      <Table.Td ta="right" className="rd-num">
        {difference === null ? "–" : write.difference(figure, difference.mean)}
        {difference !== null && props.replications > 1 && (
          <div className={classes["quiet"]}>
            {t("simulate.range", {
              low: write.difference(figure, difference.low),
              high: write.difference(figure, difference.high),
            })}
          </div>
        )}
      </Table.Td>
      <Table.Td>
        {verdict !== null && <Tag tone={tones[verdict]}>{t(`simulate.verdict.${verdict}`)}</Tag>}
      </Table.Td>
    </Table.Tr>
  );
}
