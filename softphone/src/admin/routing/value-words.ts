import { queues } from "@ringdown/contract";
import { useTranslation } from "react-i18next";
import { formatIntervals } from "../core/flow-edit.ts";
import type { FieldChange } from "./core/differences.ts";
import { memberColumns } from "./core/member-columns.ts";
import { useDurationText } from "./fields.tsx";

/** Fields that have words of their own, by the path in the document with _ for its dots. */
const fieldNames = [
  "key",
  "values",
  "timezone",
  "weekly",
  "holidays",
  "members",
  "teams",
  "personIds",
  "skills",
  "capacity",
  "settings_strategy",
  "settings_ringAtOnce",
  "settings_requirement",
  "settings_rings",
  "settings_scheduleId",
  "settings_maximumWaiting",
  "settings_maximumEstimatedWaitMs",
  "settings_overflow",
  "settings_boosts",
  "settings_sticky_lastAgent",
  "settings_sticky_withinMs",
  "settings_sticky_patienceMs",
  "settings_callback_offered",
  "settings_callback_key",
  "settings_callback_first",
  "settings_callback_tries",
  "settings_callback_retryAfterMs",
  "settings_callback_expiresAfterMs",
  "settings_callback_ringMs",
  "settings_callback_allowed",
  "settings_announceEstimate",
  "settings_alarmWaitMs",
  "settings_leaveOutMs",
  "settings_priority",
  "settings_agingMs",
  "settings_ringTimeoutMs",
  "settings_wrapUpMs",
  "settings_maximumWaitMs",
  "settings_leaveWhenNoAgents",
  "settings_announcePosition",
  "settings_announceEveryMs",
  "settings_exitKey",
  "settings_musicPromptId",
  "settings_record",
  "settings_announceRecording",
  "settings_serviceLevelMs",
  "settings_serviceLevelTarget",
  "settings_shortAbandonMs",
] as const;
type FieldName = (typeof fieldNames)[number];

function isFieldName(name: string): name is FieldName {
  return fieldNames.some((one) => one === name);
}

type Fields = Record<string, unknown>;
function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The names of fields and their values as people read them. */
export function useValueWords(): {
  field: (change: Pick<FieldChange, "field" | "part">) => string;
  /** Before and after: of lists what left and what came, of memberships what differs. */
  both: (change: FieldChange) => [before: string, after: string];
} {
  const { t, i18n } = useTranslation();
  const write = useDurationText();
  const word = (key: string, otherwise: string): string => {
    const found: unknown = i18n.getResource(i18n.language, "translation", key);
    return typeof found === "string" ? found : otherwise;
  };

  const field = ({ field: path, part }: Pick<FieldChange, "field" | "part">): string => {
    const key = path.replaceAll(".", "_");
    const name = isFieldName(key) ? t(`field.${key}`) : path;
    if (part === null) return name;
    if (path === "settings.overflow") return `${name}: ${word(`overflow.cause.${part}`, part)}`;
    return `${name}: ${part}`;
  };

  const value = ({ field: path, part }: Pick<FieldChange, "field" | "part">, what: unknown): string => {
    if (what === null || what === undefined) return nothing(path);
    if (path === "members" || path === "teams") return membership(what);
    if (path === "settings.overflow") return target(what);
    if (path === "settings.rings" && Array.isArray(what)) return each(what, ring);
    if (path === "settings.boosts" && Array.isArray(what)) return each(what, boost);
    if (path === "weekly" && Array.isArray(what)) return each(what, weekRow);
    if (path === "holidays" && Array.isArray(what)) return each(what, holiday);
    if (path === "values" && Array.isArray(what)) return each(what, (one) => text(one["name"]));
    if (path === "capacity") return capacity(what);
    if (path === "settings.strategy") return word(`strategy.${text(what)}`, text(what));
    if (path === "settings.callback.first") return word(`queues.callbackFirstIs.${text(what)}`, text(what));
    if (path === "settings.serviceLevelTarget" && typeof what === "number")
      return `${Math.round(what * 100)} %`;
    if (typeof what === "number" && path.endsWith("Ms")) return write(what);
    if (path === "personIds") return t("difference.isMember");
    if (typeof what === "boolean") return what ? t("common.yes") : t("common.no");
    return part === null && typeof what === "object" ? JSON.stringify(what) : text(what);
  };

  const both = (change: FieldChange): [string, string] => {
    const { before, after } = apart(change);
    return [value(change, before), value(change, after)];
  };

  return { field, both };

  function nothing(path: string): string {
    if (path === "members" || path === "teams" || path === "personIds") return t("difference.isNoMember");
    if (path === "settings.scheduleId") return t("queues.alwaysOpen");
    if (path === "settings.requirement") return t("requirement.anybody");
    if (path === "settings.overflow") return t("overflow.kind.exit");
    if (path === "capacity") return t("capacity.oneCall");
    return "–";
  }
  function each(list: readonly unknown[], words: (one: Fields) => string): string {
    if (list.length === 0) return "–";
    return list.map((one) => (isFields(one) ? words(one) : text(one))).join("; ");
  }
  function membership(what: unknown): string {
    if (!isFields(what)) return t("difference.isMember");
    const parts = memberColumns
      .filter((column) => what[column] !== undefined)
      .map((column) => {
        const figure = column === "delayMs" ? write(Number(what[column])) : text(what[column]);
        return `${t(`memberColumn.${column}`)} ${figure}`;
      });
    return parts.length === 0 ? t("difference.isMember") : parts.join(", ");
  }
  function target(what: unknown): string {
    if (!isFields(what)) return text(what);
    const kind = word(`overflow.kind.${text(what["kind"])}`, text(what["kind"]));
    const where = what["queueId"] ?? what["flowId"] ?? what["number"];
    return where === undefined ? kind : `${kind} ${text(where)}`;
  }
  function ring(one: Fields): string {
    const drop = Array.isArray(one["drop"]) ? one["drop"].map(text) : [];
    const borrowed = Array.isArray(one["borrowFrom"]) ? one["borrowFrom"].map(text) : [];
    const parts = [
      ...(Number(one["lowerBy"]) > 0 ? [t("rings.lowered", { count: Number(one["lowerBy"]) })] : []),
      ...drop.map((skill) => (skill === "*" ? t("rings.droppedAll") : t("rings.dropped", { skill }))),
      ...(Number(one["level"]) > 1 ? [t("rings.joins", { level: text(one["level"]) })] : []),
      ...(borrowed.length > 0 ? [t("rings.borrows", { names: borrowed.join(", ") })] : []),
    ];
    const after = t("rings.at", { time: write(Number(one["afterMs"] ?? 0)) });
    return `${after} ${parts.length === 0 ? t("rings.same") : parts.join(", ")}`;
  }
  function boost(one: Fields): string {
    const age = Number(one["ageMs"] ?? 0);
    return `${text(one["attribute"])} = ${text(one["value"])}: +${text(one["priority"])}${age > 0 ? `, ${write(age)}` : ""}`;
  }
  function weekRow(one: Fields): string {
    const days = Array.isArray(one["days"])
      ? one["days"].map((day) => word(`flows.day.${text(day)}`, text(day)))
      : [];
    return `${days.join(" ")} ${text(one["from"])}-${text(one["to"])}`;
  }
  function holiday(one: Fields): string {
    const intervals = Array.isArray(one["intervals"])
      ? (one["intervals"] as { from: string; to: string }[])
      : [];
    return [text(one["date"]), text(one["name"]), formatIntervals(intervals)]
      .filter((part) => part !== "")
      .join(" ");
  }
  function capacity(what: unknown): string {
    if (!isFields(what)) return text(what);
    const limits = isFields(what["limits"]) ? what["limits"] : {};
    const parts = Object.entries(limits).map(
      ([channel, limit]) => `${word(`capacity.channel.${channel}`, channel)} ${text(limit)}`,
    );
    return `${text(what["total"])} (${parts.join(", ")})`;
  }
}

/** Lists in which the order says nothing: only what isn't on both sides is told. */
const sets = new Set(["holidays", "values"]);

function apart({ field, before, after }: FieldChange): { before: unknown; after: unknown } {
  if (sets.has(field) && Array.isArray(before) && Array.isArray(after)) {
    const has = (list: readonly unknown[], one: unknown) => list.some((other) => text(other) === text(one));
    return {
      before: before.filter((one) => !has(after, one)),
      after: after.filter((one) => !has(before, one)),
    };
  }
  if (field !== "members" && field !== "teams") return { before, after };
  const plain: Fields = queues.plainMembership;
  const [was, is] = [isFields(before) ? before : plain, isFields(after) ? after : plain];
  const differing = (fields: unknown) =>
    isFields(fields)
      ? Object.fromEntries(Object.entries(fields).filter(([key]) => was[key] !== is[key]))
      : fields;
  return { before: differing(before), after: differing(after) };
}

function text(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}
