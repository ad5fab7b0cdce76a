import { type Finding, ok, problem, warning } from "./finding.ts";

/** Theirs minus ours. */
export function judgeOffset(whose: string, offsetMs: number): Finding {
  const name = `clocks: against ${whose}`;
  const ms = Math.round(Math.abs(offsetMs));
  const apart = ms >= 10_000 ? `${Math.round(ms / 1_000)} s` : `${ms} ms`;
  const saw = `${whose} is ${apart} ${offsetMs > 0 ? "ahead" : "behind"}`;
  const advice = "Run an NTP client (chrony, systemd-timesyncd) on both machines";
  if (ms >= 5_000) return problem(name, saw, advice);
  return ms >= 500 ? warning(name, saw, advice) : ok(name, `${whose} agrees within ${Math.max(ms, 1)} ms`);
}

/** Of an HTTP answer: whole seconds, so within one of them nothing is to be said. */
export function judgeHttpDate(whose: string, date: string | null, nowMs: number): Finding[] {
  const at = date === null ? NaN : Date.parse(date);
  if (Number.isNaN(at)) return [];
  const offset = at + 500 - nowMs;
  return [judgeOffset(whose, Math.abs(offset) <= 1_500 ? 0 : offset)];
}
