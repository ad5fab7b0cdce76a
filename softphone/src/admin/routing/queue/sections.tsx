import { Stack } from "@mantine/core";
import { queues, telephony } from "@ringdown/contract";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { call } from "../../../api/client.ts";
import { digits } from "../../core/flow-edit.ts";
import { changeQueue } from "../core/routing-edit.ts";
import { DraftDuration, DraftNumber, DraftSelect, DraftSwitch, DraftText } from "../fields.tsx";
import { useRouting } from "../routing-context.tsx";
import classes from "../routing.module.css";
import type { QueueEditing } from "./queue-editing.ts";

const strategies = queues.Strategy.options;
const noKey = "";

/** Its name, and how an agent is chosen and rung. */
export function ChoosingSection(props: { editing: QueueEditing }) {
  const { t } = useTranslation();
  const { queue, settings, set, at } = props.editing;
  const { edit } = useRouting();
  return (
    <div className={classes["fields"]}>
      <DraftText
        label={t("people.name")}
        value={queue.name}
        maxLength={120}
        at={{ list: "queues", id: queue.id, field: "name" }}
        rule={(text) => (text.trim() === "" ? t("welcome.nameNeeded") : null)}
        onChange={(name) => edit((before) => changeQueue(before, queue.id, (one) => ({ ...one, name })))}
        testId="queue-name"
      />
      <DraftSelect
        label={t("queues.strategy")}
        description={t(`strategyHint.${settings.strategy}`)}
        value={settings.strategy}
        data={strategies.map((value) => ({ value, label: t(`strategy.${value}`) }))}
        at={at("strategy")}
        onChange={(strategy) => set({ strategy })}
        testId="queue-strategy"
      />
      <DraftNumber
        label={t("queues.ringAtOnce")}
        description={t("queues.ringAtOnceHint")}
        value={settings.ringAtOnce}
        min={1}
        max={20}
        at={at("ringAtOnce")}
        onChange={(ringAtOnce) => set({ ringAtOnce })}
      />
      <DraftDuration
        label={t("queues.ringTimeout")}
        description={t("queues.ringTimeoutHint")}
        value={settings.ringTimeoutMs}
        min={3_000}
        max={120_000}
        at={at("ringTimeoutMs")}
        onChange={(ringTimeoutMs) => set({ ringTimeoutMs })}
        testId="queue-ring-timeout"
      />
      <DraftDuration
        label={t("queues.leaveOut")}
        description={t("queues.leaveOutHint")}
        value={settings.leaveOutMs}
        max={600_000}
        at={at("leaveOutMs")}
        onChange={(leaveOutMs) => set({ leaveOutMs })}
      />
      <DraftDuration
        label={t("today.wrapUp")}
        description={t("queues.wrapUpHint")}
        value={settings.wrapUpMs}
        max={3_600_000}
        at={at("wrapUpMs")}
        onChange={(wrapUpMs) => set({ wrapUpMs })}
      />
    </div>
  );
}

/** What callers hear, and how they may leave. */
export function WaitingSection(props: { editing: QueueEditing }) {
  const { t } = useTranslation();
  const { settings, set, at } = props.editing;
  const prompts = useQuery({ queryKey: ["prompts"], queryFn: () => call(telephony.listPrompts) });
  const music = (prompts.data?.prompts ?? []).map((prompt) => ({ value: prompt.id, label: prompt.name }));
  return (
    <Stack gap="sm">
      <div className={classes["fields"]}>
        <DraftSelect
          label={t("queues.music")}
          value={settings.musicPromptId ?? ""}
          data={[{ value: "", label: t("queues.shippedMusic") }, ...music]}
          at={at("musicPromptId")}
          onChange={(id) => set({ musicPromptId: id === "" ? null : id })}
        />
        <DraftSelect
          label={t("queues.exitKey")}
          description={t("queues.exitKeyHint")}
          value={settings.exitKey ?? noKey}
          data={[
            { value: noKey, label: t("queues.noKey") },
            ...digits.map((digit) => ({ value: digit, label: digit })),
          ]}
          at={at("exitKey")}
          onChange={(key) => set({ exitKey: key === noKey ? null : key })}
        />
        <DraftDuration
          label={t("queues.announceEvery")}
          value={settings.announceEveryMs}
          min={10_000}
          max={600_000}
          disabled={!settings.announcePosition}
          at={at("announceEveryMs")}
          onChange={(announceEveryMs) => set({ announceEveryMs })}
        />
      </div>
      <DraftSwitch
        label={t("queues.announcePosition")}
        value={settings.announcePosition}
        onChange={(announcePosition) => set({ announcePosition })}
      />
      <DraftSwitch
        label={t("queues.announceEstimate")}
        value={settings.announceEstimate}
        disabled={!settings.announcePosition}
        onChange={(announceEstimate) => set({ announceEstimate })}
      />
    </Stack>
  );
}

/** Goals, the alarm, and recording. */
export function MeasuringSection(props: { editing: QueueEditing }) {
  const { t } = useTranslation();
  const { settings, set, at } = props.editing;
  return (
    <Stack gap="sm">
      <div className={classes["fields"]}>
        <DraftDuration
          label={t("queues.serviceLevelTime")}
          value={settings.serviceLevelMs}
          min={1_000}
          max={600_000}
          at={at("serviceLevelMs")}
          onChange={(serviceLevelMs) => set({ serviceLevelMs })}
        />
        <DraftNumber
          label={t("queues.serviceLevelTarget")}
          value={Math.round(settings.serviceLevelTarget * 100)}
          min={0}
          max={100}
          suffix=" %"
          at={at("serviceLevelTarget")}
          onChange={(share) => set({ serviceLevelTarget: share / 100 })}
        />
        <DraftDuration
          label={t("queues.alarm")}
          description={t("queues.alarmHint")}
          value={settings.alarmWaitMs}
          max={14_400_000}
          none={t("queues.none")}
          at={at("alarmWaitMs")}
          onChange={(alarmWaitMs) => set({ alarmWaitMs })}
        />
        <DraftDuration
          label={t("queues.shortAbandon")}
          description={t("queues.shortAbandonHint")}
          value={settings.shortAbandonMs}
          max={60_000}
          at={at("shortAbandonMs")}
          onChange={(shortAbandonMs) => set({ shortAbandonMs })}
        />
      </div>
      <DraftSwitch
        label={t("queues.record")}
        value={settings.record}
        onChange={(record) => set({ record })}
      />
      <DraftSwitch
        label={t("queues.announceRecording")}
        value={settings.announceRecording}
        disabled={!settings.record}
        onChange={(announceRecording) => set({ announceRecording })}
      />
    </Stack>
  );
}

/** `+1555*, 0?????`; null when one isn't such a pattern. */
function numberPatterns(text: string): string[] | null {
  const patterns = text.split(/[\s,;，；]+/).filter((pattern) => pattern !== "");
  const isRight = queues.CallbackSettings.shape.allowed.unwrap().safeParse(patterns).success;
  return isRight ? patterns : null;
}

/** Calling back those who don't want to wait. */
export function CallbackSection(props: { editing: QueueEditing }) {
  const { t } = useTranslation();
  const { callback, overflow } = props.editing.settings;
  const { at } = props.editing;
  const isUsed = callback.offered || Object.values(overflow).some(({ kind }) => kind === "callback");
  const set = (change: Partial<queues.CallbackSettings>) =>
    props.editing.set({ callback: { ...callback, ...change } });
  return (
    <Stack gap="sm">
      <DraftSwitch
        label={t("queues.callbackOffered")}
        description={t("queues.callbackOfferedHint")}
        value={callback.offered}
        onChange={(offered) => set({ offered })}
      />
      <div className={classes["fields"]} hidden={!isUsed}>
        <DraftSelect
          label={t("queues.callbackKey")}
          value={callback.key}
          data={digits.map((digit) => ({ value: digit, label: digit }))}
          disabled={!callback.offered}
          at={at("callback.key")}
          onChange={(key) => set({ key })}
        />
        <DraftSelect
          label={t("queues.callbackFirst")}
          description={t(`queues.callbackFirstHint.${callback.first}`)}
          value={callback.first}
          data={(["agent", "customer"] as const).map((value) => ({
            value,
            label: t(`queues.callbackFirstIs.${value}`),
          }))}
          at={at("callback.first")}
          onChange={(first) => set({ first })}
        />
        <DraftNumber
          label={t("queues.callbackTries")}
          value={callback.tries}
          min={1}
          max={10}
          at={at("callback.tries")}
          onChange={(tries) => set({ tries })}
        />
        <DraftDuration
          label={t("queues.callbackRetry")}
          value={callback.retryAfterMs}
          min={60_000}
          max={86_400_000}
          at={at("callback.retryAfterMs")}
          onChange={(retryAfterMs) => set({ retryAfterMs })}
        />
        <DraftDuration
          label={t("queues.callbackRing")}
          value={callback.ringMs}
          min={10_000}
          max={120_000}
          at={at("callback.ringMs")}
          onChange={(ringMs) => set({ ringMs })}
        />
        <DraftDuration
          label={t("queues.callbackExpires")}
          value={callback.expiresAfterMs}
          min={600_000}
          max={604_800_000}
          at={at("callback.expiresAfterMs")}
          onChange={(expiresAfterMs) => set({ expiresAfterMs })}
        />
        <DraftText
          label={t("queues.callbackAllowed")}
          description={t("queues.callbackAllowedHint")}
          value={callback.allowed.join(", ")}
          at={at("callback.allowed")}
          rule={(text) => (numberPatterns(text) === null ? t("queues.callbackAllowedRule") : null)}
          onChange={(text) => set({ allowed: numberPatterns(text) ?? [] })}
        />
      </div>
    </Stack>
  );
}
