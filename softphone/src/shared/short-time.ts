import { useTranslation } from "react-i18next";
import { splitShort } from "./core/duration.ts";
import { useFormats } from "./format.ts";

/** Times that people don't read on a clock: below a second in milliseconds, else in seconds. */
export function useShortTime(): (ms: number) => string {
  const { t } = useTranslation();
  const formats = useFormats();
  return (ms) => {
    const { unit, value } = splitShort(ms);
    const text = formats.number(value);
    return unit === "milliseconds" ? t("live.milliseconds", { ms: text }) : t("live.seconds", { s: text });
  };
}
