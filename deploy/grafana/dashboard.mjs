// The dashboard's source: `node deploy/grafana/dashboard.mjs` writes dashboards/ringdown.json, and `npm run check` holds
// the two together. What each figure means is in docs/metrics.md and docs/metrics-endpoint.md.
import { writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { datasource, red } from "./panels.mjs";
import { agents, calls, now, service } from "./people.mjs";
import { house, router } from "./program.mjs";
import { servers, trunks } from "./servers.mjs";

const sections = [
  ["Now", now],
  ["Service", service],
  ["Agents", agents],
  ["Calls", calls],
  ["Router", router],
  ["Media servers and SIP edges", servers],
  ["Carriers", trunks],
  ["The program and what it needs", house],
];

/** Panels from left to right, below each other, each section under its title. */
function layOut() {
  const placed = [];
  let y = 0;
  for (const [title, panels] of sections) {
    placed.push({ type: "row", title, collapsed: false, panels: [], gridPos: { x: 0, y, w: 24, h: 1 } });
    y += 1;
    let x = 0;
    let height = 0;
    for (const one of panels) {
      if (x + one.gridPos.w > 24) {
        x = 0;
        y += height;
      }
      placed.push({ ...one, gridPos: { ...one.gridPos, x, y } });
      x += one.gridPos.w;
      height = one.gridPos.h;
    }
    y += height;
  }
  return placed.map((one, index) => ({ id: index + 1, ...one }));
}

export function dashboard() {
  const board = {
    uid: "ringdown",
    title: "Ringdown",
    description: "Service, agents, calls, router and program. Made by deploy/grafana/dashboard.mjs.",
    tags: ["ringdown"],
    schemaVersion: 39,
    version: 1,
    editable: true,
    timezone: "browser",
    refresh: "15s",
    time: { from: "now-3h", to: "now" },
    templating: {
      list: [
        {
          type: "datasource",
          name: "datasource",
          label: "Prometheus",
          query: "prometheus",
          hide: 0,
          current: {},
        },
        {
          type: "query",
          name: "queue",
          label: "Queue",
          datasource,
          query: { query: "label_values(ringdown_queue_info, name)", refId: "queues" },
          refresh: 2,
          sort: 5,
          multi: true,
          includeAll: true,
          allValue: ".*",
          current: { text: "All", value: "$__all" },
        },
      ],
    },
    annotations: {
      list: [
        {
          name: "Alerts",
          datasource,
          enable: true,
          iconColor: red,
          expr: 'ALERTS{alertstate="firing", severity="page"}',
          titleFormat: "{{alertname}}",
          step: "60s",
        },
      ],
    },
    panels: layOut(),
  };
  // As it is read again: without what is undefined.
  return JSON.parse(JSON.stringify(board));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href)
  writeFileSync(
    new URL("dashboards/ringdown.json", import.meta.url),
    `${JSON.stringify(dashboard(), null, 2)}\n`,
  );
