import { Button, NativeSelect, Text, TextInput } from "@mantine/core";
import { simulation } from "@ringdown/contract";
import { IconPlayerPlay } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { call } from "../../../api/client.ts";
import { dayOf, momentsOf } from "../../../reports/core/range.ts";
import { RefusalAlert, useAction } from "../../../shared/refusals.tsx";
import { lastWeek } from "../core/simulation.ts";
import { useRouting } from "../routing-context.tsx";
import classes from "../routing.module.css";

const intervals = ["quarter-hour", "half-hour", "hour"] as const;
const replications = [1, 5, 10, 20] as const;
const mostDays = 31;

/** Which calls to run again, and how often. */
export function SimulationForm(props: { onStarted: (jobId: string) => void; isRunning: boolean }) {
  const { t } = useTranslation();
  const { document, keeper } = useRouting();
  const [days, setDays] = useState(() => {
    const week = lastWeek(Date.now());
    return { fromDay: dayOf(week.fromDay.getTime()), toDay: dayOf(week.toDay.getTime()) };
  });
  const [interval, setInterval] = useState<(typeof intervals)[number]>("half-hour");
  const [runs, setRuns] = useState<number>(5);
  const moments = momentsOf(days);
  const isTooLong = moments.to - moments.from > mostDays * 86_400_000 + 3_600_000;
  const start = useAction(
    async () => {
      await keeper.flush();
      const proposed = { type: "document" as const, document };
      return await call(simulation.startSimulation, {
        body: { ...moments, interval, replications: runs, proposed },
      });
    },
    { onDone: (job) => props.onStarted(job.id), onRefused: () => undefined },
  );
  const setDay = (change: Partial<typeof days>) =>
    Object.values(change).every((day) => day !== "") && setDays({ ...days, ...change });
  return (
    <form
      className={classes["rows"]}
      onSubmit={(event) => {
        event.preventDefault();
        start.mutate(undefined);
      }}
    >
      {start.isError && <RefusalAlert error={start.error} />}
      <div className={classes["simulateFields"]}>
        <TextInput
          type="date"
          label={t("interaction.fromDay")}
          value={days.fromDay}
          error={isTooLong ? t("simulate.tooLong", { days: mostDays }) : undefined}
          onChange={(event) => setDay({ fromDay: event.currentTarget.value })}
        />
        <TextInput
          type="date"
          label={t("interaction.toDay")}
          value={days.toDay}
          onChange={(event) => setDay({ toDay: event.currentTarget.value })}
        />
        <NativeSelect
          label={t("report.interval")}
          value={interval}
          onChange={(event) => setInterval(event.currentTarget.value as typeof interval)}
          data={intervals.map((value) => ({ value, label: t(`simulate.intervals.${value}`) }))}
        />
        <NativeSelect
          label={t("simulate.runs")}
          value={String(runs)}
          onChange={(event) => setRuns(Number(event.currentTarget.value))}
          data={replications.map(String)}
        />
        <Button
          type="submit"
          leftSection={<IconPlayerPlay size={16} />}
          loading={start.isPending}
          disabled={isTooLong}
          data-testid="simulate-start"
        >
          {props.isRunning ? t("simulate.again") : t("simulate.start")}
        </Button>
      </div>
      <Text size="xs" c="dimmed">
        {t("simulate.explained")}
      </Text>
    </form>
  );
}
