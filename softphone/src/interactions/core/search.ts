/** What is searched for, as it stands in the address bar. Empty strings are not set; days are local, `YYYY-MM-DD`. */
export interface SearchForm {
  text: string;
  fromDay: string;
  toDay: string;
  queueId: string;
  agentId: string;
  outcome: string;
  recorded: boolean;
}

export const emptySearch: SearchForm = {
  text: "",
  fromDay: "",
  toDay: "",
  queueId: "",
  agentId: "",
  outcome: "",
  recorded: false,
};

export function readSearch(params: URLSearchParams): SearchForm {
  const text = (name: string) => params.get(name) ?? "";
  return {
    text: text("text"),
    fromDay: text("from"),
    toDay: text("to"),
    queueId: text("queue"),
    agentId: text("agent"),
    outcome: text("outcome"),
    recorded: params.get("recorded") === "true",
  };
}

export function writeSearch(form: SearchForm): URLSearchParams {
  const params = new URLSearchParams();
  const set = (name: string, value: string) => {
    if (value.trim() !== "") params.set(name, value.trim());
  };
  set("text", form.text);
  set("from", form.fromDay);
  set("to", form.toDay);
  set("queue", form.queueId);
  set("agent", form.agentId);
  set("outcome", form.outcome);
  set("recorded", form.recorded ? "true" : "");
  return params;
}

/** The query of the endpoint; a day includes its last moment. */
export function toQuery(form: SearchForm): {
  text?: string;
  from?: number;
  to?: number;
  queueId?: string;
  agentId?: string;
  outcome?: string;
  hasRecording?: string;
} {
  return {
    ...(form.text.trim() !== "" && { text: form.text.trim() }),
    ...(form.fromDay !== "" && { from: startOfDay(form.fromDay) }),
    ...(form.toDay !== "" && { to: startOfDay(form.toDay, 1) - 1 }),
    ...(form.queueId !== "" && { queueId: form.queueId }),
    ...(form.agentId !== "" && { agentId: form.agentId }),
    ...(form.outcome !== "" && { outcome: form.outcome }),
    ...(form.recorded && { hasRecording: "true" }),
  };
}

/** Local midnight; days later are calendar days, also when a clock change makes one longer. */
export function startOfDay(day: string, daysLater = 0): number {
  const [year = 1970, month = 1, date = 1] = day.split("-").map(Number);
  return new Date(year, month - 1, date + daysLater).getTime();
}
