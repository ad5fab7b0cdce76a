import { useTranslation } from "react-i18next";
import { useFormats } from "../../../shared/format.ts";
import type { ComparedFigure } from "../core/simulation.ts";

type Kind = Pick<ComparedFigure, "kind">;

/** Figures and differences of figures as text: shares in percent, times in seconds or minutes, counts. */
export function useFigureText(): {
  value: (figure: Kind, value: number | null) => string;
  difference: (figure: Kind, value: number) => string;
} {
  const { t } = useTranslation();
  const formats = useFormats();
  const time = (ms: number) => {
    const seconds = Math.abs(ms) / 1_000;
    return seconds < 120
      ? t("simulate.seconds", { count: Number(seconds.toFixed(seconds < 10 ? 1 : 0)) })
      : t("simulate.minutes", { count: Number((seconds / 60).toFixed(1)) });
  };
  const value = ({ kind }: Kind, number: number | null): string => {
    if (number === null) return "–";
    if (kind === "time") return time(number);
    return kind === "share" ? `${(number * 100).toFixed(1)} %` : formats.number(Math.round(number));
  };
  const difference = ({ kind }: Kind, number: number): string => {
    const sign = number > 0 ? "+" : number < 0 ? "−" : "±";
    if (kind === "time") return sign + time(number);
    const size = Math.abs(number);
    return (
      sign +
      (kind === "share"
        ? t("simulate.points", { count: Number((size * 100).toFixed(1)) })
        : formats.number(size < 10 ? size : Math.round(size)))
    );
  };
  return { value, difference };
}
