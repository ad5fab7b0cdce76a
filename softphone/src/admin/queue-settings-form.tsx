import { Button, Fieldset, Group, NativeSelect, NumberInput, Stack, Switch, TextInput } from "@mantine/core";
import { useForm, type UseFormReturnType } from "@mantine/form";
import { notifications } from "@mantine/notifications";
import { queues, telephony } from "@ringdown/contract";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { call } from "../api/client.ts";
import { useHasRole } from "../session/session.tsx";
import { RefusalAlert, useAction } from "../shared/refusals.tsx";
import { refuseInForm } from "../shared/use-form-refusal.ts";
import classes from "./admin.module.css";
import { digits } from "./core/flow-edit.ts";
import { SecondsInput } from "./seconds-input.tsx";

type Settings = queues.QueueSettings;
interface Values {
  name: string;
  settings: Settings;
}
type Form = UseFormReturnType<Values>;

/** Every setting of a queue with its unit; only what changed is sent. */
export function QueueSettingsForm(props: { queue: queues.Queue }) {
  const { t } = useTranslation();
  const { queue } = props;
  const queries = useQueryClient();
  const isAdministrator = useHasRole("administrator");
  const form = useForm<Values>({ initialValues: { name: queue.name, settings: queue.settings } });
  const save = useAction(
    (values: Values) =>
      call(queues.updateQueue, {
        params: { queueId: queue.id },
        body: { name: values.name, settings: changed(queue.settings, values.settings) },
      }),
    {
      onDone: (saved) => {
        notifications.show({ message: t("common.saved") });
        form.setInitialValues({ name: saved.name, settings: saved.settings });
        form.reset();
        void queries.invalidateQueries({ queryKey: ["queues"] });
        void queries.invalidateQueries({ queryKey: ["labels"] });
      },
      onRefused: refuseInForm(form),
    },
  );
  return (
    <form onSubmit={form.onSubmit((values) => save.mutate(values))}>
      <fieldset disabled={!isAdministrator} className={classes["bare"]}>
        <Stack>
          {save.isError && <RefusalAlert error={save.error} />}
          <TextInput label={t("people.name")} {...form.getInputProps("name")} />
          <Routing form={form} />
          <Waiting form={form} />
          <Measuring form={form} />
          {isAdministrator && (
            <Group justify="flex-end" gap="xs">
              <Button variant="default" disabled={!form.isDirty()} onClick={form.reset}>
                {t("common.undo")}
              </Button>
              <Button type="submit" disabled={!form.isDirty()} loading={save.isPending}>
                {t("common.save")}
              </Button>
            </Group>
          )}
        </Stack>
      </fieldset>
    </form>
  );
}

function changed(before: Settings, after: Settings): Partial<Settings> {
  return Object.fromEntries(
    Object.entries(after).filter(([key, value]) => value !== before[key as keyof Settings]),
  ) as Partial<Settings>;
}

const strategies = queues.QueueSettings.shape.strategy.unwrap().options;

function Routing(props: { form: Form }) {
  const { t } = useTranslation();
  const { form } = props;
  return (
    <Fieldset legend={t("queues.routing")}>
      <div className={classes["fields"]}>
        <NativeSelect
          label={t("queues.strategy")}
          data={strategies.map((value) => ({ value, label: t(`strategy.${value}`) }))}
          {...form.getInputProps("settings.strategy")}
        />
        <SecondsInput
          label={t("queues.ringTimeout")}
          min={3_000}
          max={120_000}
          {...form.getInputProps("settings.ringTimeoutMs")}
        />
        <SecondsInput
          label={t("today.wrapUp")}
          max={3_600_000}
          {...form.getInputProps("settings.wrapUpMs")}
        />
        <NumberInput
          label={t("queues.priority")}
          description={t("queues.priorityHint")}
          min={0}
          max={10}
          {...form.getInputProps("settings.priority")}
        />
        <SecondsInput
          label={t("queues.aging")}
          description={t("queues.agingHint")}
          min={1_000}
          max={3_600_000}
          {...form.getInputProps("settings.agingMs")}
        />
      </div>
    </Fieldset>
  );
}

function Waiting(props: { form: Form }) {
  const { t } = useTranslation();
  const { form } = props;
  const prompts = useQuery({ queryKey: ["prompts"], queryFn: () => call(telephony.listPrompts) });
  const music = form.getInputProps("settings.musicPromptId");
  const exitKey = form.getInputProps("settings.exitKey");
  const flag = (name: keyof Settings) => form.getInputProps(`settings.${name}`, { type: "checkbox" });
  return (
    <Fieldset legend={t("queues.waiting")}>
      <Stack gap="sm">
        <div className={classes["fields"]}>
          <SecondsInput
            label={t("queues.maximumWait")}
            description={t("queues.maximumWaitHint")}
            max={14_400_000}
            {...form.getInputProps("settings.maximumWaitMs")}
          />
          <NativeSelect
            label={t("queues.exitKey")}
            description={t("queues.exitKeyHint")}
            {...exitKey}
            value={(exitKey["value"] as string | null) ?? ""}
            onChange={(event) => form.setFieldValue("settings.exitKey", event.currentTarget.value || null)}
            data={[{ value: "", label: t("queues.noKey") }, ...digits]}
          />
          <NativeSelect
            label={t("queues.music")}
            {...music}
            value={(music["value"] as string | null) ?? ""}
            onChange={(event) =>
              form.setFieldValue("settings.musicPromptId", event.currentTarget.value || null)
            }
            data={[
              { value: "", label: t("queues.shippedMusic") },
              ...(prompts.data?.prompts ?? []).map((prompt) => ({ value: prompt.id, label: prompt.name })),
            ]}
          />
          <SecondsInput
            label={t("queues.announceEvery")}
            min={10_000}
            max={600_000}
            disabled={!form.values.settings.announcePosition}
            {...form.getInputProps("settings.announceEveryMs")}
          />
        </div>
        <Switch label={t("queues.announcePosition")} {...flag("announcePosition")} />
        <Switch label={t("queues.leaveWhenNoAgents")} {...flag("leaveWhenNoAgents")} />
      </Stack>
    </Fieldset>
  );
}

function Measuring(props: { form: Form }) {
  const { t } = useTranslation();
  const { form } = props;
  const flag = (name: keyof Settings) => form.getInputProps(`settings.${name}`, { type: "checkbox" });
  return (
    <Fieldset legend={t("queues.measuring")}>
      <Stack gap="sm">
        <div className={classes["fields"]}>
          <SecondsInput
            label={t("queues.serviceLevelTime")}
            min={1_000}
            max={600_000}
            {...form.getInputProps("settings.serviceLevelMs")}
          />
          <NumberInput
            label={t("queues.serviceLevelTarget")}
            min={0}
            max={100}
            suffix=" %"
            hideControls
            value={Math.round(form.values.settings.serviceLevelTarget * 100)}
            onChange={(value) => {
              if (typeof value === "number") form.setFieldValue("settings.serviceLevelTarget", value / 100);
            }}
            error={form.errors["settings.serviceLevelTarget"]}
          />
          <SecondsInput
            label={t("queues.shortAbandon")}
            description={t("queues.shortAbandonHint")}
            max={60_000}
            {...form.getInputProps("settings.shortAbandonMs")}
          />
        </div>
        <Switch label={t("queues.record")} {...flag("record")} />
        <Switch
          label={t("queues.announceRecording")}
          disabled={!form.values.settings.record}
          {...flag("announceRecording")}
        />
      </Stack>
    </Fieldset>
  );
}
