import { useMemo } from "react";
import { useTranslation } from "react-i18next";

export interface Formats {
  time(ms: number): string;
  dateTime(ms: number): string;
  /** The time alone if it is today, else date and time. */
  moment(ms: number): string;
  date(ms: number): string;
  percent(share: number | null): string;
  number(value: number): string;
}

/** Times, dates and numbers as the chosen language writes them; a dash for what isn't known. */
export function useFormats(): Formats {
  const { i18n } = useTranslation();
  return useMemo(() => makeFormats(i18n.language === "zh" ? "zh-CN" : undefined), [i18n.language]);
}

function makeFormats(locale: string | undefined): Formats {
  const time = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
  const date = new Intl.DateTimeFormat(locale, { dateStyle: "medium" });
  const shortTime = new Intl.DateTimeFormat(locale, { timeStyle: "short" });
  const dateTime = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });
  const percent = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 0 });
  const number = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
  return {
    time: (ms) => time.format(ms),
    date: (ms) => date.format(ms),
    dateTime: (ms) => dateTime.format(ms),
    moment: (ms) => (isToday(ms) ? shortTime.format(ms) : dateTime.format(ms)),
    percent: (share) => (share === null ? "–" : percent.format(share)),
    number: (value) => number.format(value),
  };
}

function isToday(ms: number): boolean {
  return new Date(ms).toDateString() === new Date().toDateString();
}
