import { DateTime } from "luxon";
import type { Estimate } from "../../contract/simulation.ts";

/** Figures as people read them, in English; a dash where there is nothing. */
export const none = "–";

export function sayCount(value: number): string {
  return value.toLocaleString("en", { maximumFractionDigits: value < 100 && value % 1 !== 0 ? 1 : 0 });
}

export function sayPercent(share: number | null): string {
  return share === null ? none : `${(share * 100).toFixed(1)} %`;
}

/** 8.4 s, 2:05 min, 1:02 h. */
export function sayDuration(ms: number | null): string {
  if (ms === null) return none;
  const sign = ms < 0 ? "-" : "";
  const seconds = Math.abs(ms) / 1_000;
  if (seconds < 59.95) return `${sign}${seconds.toFixed(1)} s`;
  const pad = (value: number) => String(Math.floor(value)).padStart(2, "0");
  const whole = Math.round(seconds);
  if (whole < 3_600) return `${sign}${Math.floor(whole / 60)}:${pad(whole % 60)} min`;
  return `${sign}${Math.floor(whole / 3_600)}:${pad((whole % 3_600) / 60)} h`;
}

/** The mean, and half the width of its confidence interval when there is one. */
export function sayEstimate(estimate: Estimate | null, say: (value: number) => string): string {
  if (estimate === null) return none;
  const half = (estimate.high - estimate.low) / 2;
  return half > 0 ? `${say(estimate.mean)} ± ${say(half)}` : say(estimate.mean);
}

export function sayTime(at: number, zone: string, format = "ccc d LLL HH:mm"): string {
  return DateTime.fromMillis(at, { zone, locale: "en" }).toFormat(format);
}

/** "+1.2 %" or "-8.1 s": how much the proposal adds. */
export function sayChange(estimate: Estimate | null, say: (value: number) => string): string {
  if (estimate === null) return none;
  const text = sayEstimate(estimate, say);
  return estimate.mean > 0 ? `+${text}` : text;
}

/** A difference of shares, in points. */
export function sayPoints(difference: number): string {
  return `${(difference * 100).toFixed(1)} pt`;
}
