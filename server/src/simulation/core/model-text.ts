import type { Model } from "./model.ts";

/** What `--model` takes, for the help. */
export const modelHelp: readonly (readonly [key: string, meaning: string])[] = [
  ["calls", "how many come, as 120/h, 2/m or 900/d (a number alone is per hour); needed"],
  ["aht", "handling time (talk and wrap-up) in seconds; needed"],
  ["agents", "how many work; needed"],
  ["patience", "mean patience in seconds; left out: nobody hangs up"],
  ["wrapup", "the part of aht that is wrap-up, in seconds; 0"],
  ["shape", "of the talk times: exponential, lognormal or constant; exponential"],
  ["ring", "how long it rings until an agent answers, in seconds; 0"],
  ["noanswer", "percent of offers that are not answered; 0"],
  ["within", "service level time in seconds; 20"],
  ["hours", "how long the simulated period is; 1000"],
];

const perHour: Readonly<Record<string, number>> = { m: 60, h: 1, d: 1 / 24 };

/** Reads `calls=120/h,aht=240,agents=10`. Returns the model, or what is wrong as a sentence. */
export function readModel(text: string): Model | string {
  const values = new Map<string, string>();
  for (const part of text.split(",").map((each) => each.trim())) {
    const [key = "", value] = part.split("=").map((each) => each.trim());
    const known = modelHelp.map(([name]) => name);
    if (value === undefined || value === "") return `"${part}" has to be written as key=value`;
    if (!known.includes(key)) return `there is no "${key}"; known are ${known.join(", ")}`;
    if (values.has(key)) return `"${key}" comes twice`;
    values.set(key, value);
  }
  for (const key of ["calls", "aht", "agents"]) if (!values.has(key)) return `"${key}" is missing`;
  const problems: string[] = [];
  const number = (key: string, usual: number, least: number, most: number) => {
    const value = Number(values.get(key) ?? usual);
    if (!(value >= least && value <= most))
      problems.push(`"${key}" must be a number from ${least} to ${most}`);
    return value;
  };
  const calls = /^([\d.]+)(?:\/([mhd]))?$/.exec(values.get("calls") ?? "");
  const callsPerHour = Number(calls?.[1]) * (perHour[calls?.[2] ?? "h"] ?? 1);
  if (!(callsPerHour > 0 && callsPerHour <= 1e6)) problems.push('"calls" must be a rate such as 120/h');
  const shape = values.get("shape") ?? "exponential";
  if (shape !== "exponential" && shape !== "lognormal" && shape !== "constant")
    return '"shape" must be exponential, lognormal or constant';
  const model: Model = {
    callsPerHour,
    handlingMs: number("aht", 0, 1, 86_400) * 1_000,
    wrapUpMs: Math.round(number("wrapup", 0, 0, 86_400) * 1_000),
    shape,
    agents: number("agents", 0, 1, 10_000),
    patienceMs: values.has("patience") ? number("patience", 0, 1, 86_400) * 1_000 : null,
    ringMs: number("ring", 0, 0, 120) * 1_000,
    noAnswer: number("noanswer", 0, 0, 99) / 100,
    serviceLevelMs: number("within", 20, 0, 3_600) * 1_000,
    lengthMs: number("hours", 1_000, 1, 100_000) * 3_600_000,
  };
  if (!Number.isInteger(model.agents)) problems.push('"agents" must be a whole number');
  if (model.wrapUpMs > model.handlingMs) problems.push('"wrapup" must not be more than "aht"');
  if ((callsPerHour * model.lengthMs) / 3_600_000 > 5e6)
    problems.push('that is over five million calls; make "hours" smaller');
  return problems[0] ?? model;
}
