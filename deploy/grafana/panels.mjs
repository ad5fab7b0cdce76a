// The shapes of the dashboard's panels, as Grafana's JSON wants them.
export const datasource = { type: "prometheus", uid: "${datasource}" };
export const red = "red";
const green = "green";
export const steps = (first, ...later) => ({
  mode: "absolute",
  steps: [{ color: first, value: null }, ...later.map(([value, color]) => ({ color, value }))],
});

/** Width of a panel in the page's 24 columns, by its height of 8 rows; figures are 4 high. */
function panel(
  type,
  title,
  description,
  { unit, width, height = 8, legend, thresholds, ...rest },
  ...queries
) {
  return {
    type,
    title,
    description,
    datasource,
    gridPos: { w: width, h: height },
    fieldConfig: {
      defaults: {
        unit,
        min: rest.min ?? 0,
        ...(rest.max !== undefined && { max: rest.max }),
        thresholds,
        ...rest.defaults,
      },
      overrides: rest.overrides ?? [],
    },
    options: rest.options,
    targets: queries.map(([expr, legendFormat], index) => ({
      refId: String.fromCodePoint(65 + index),
      datasource,
      expr,
      legendFormat: legendFormat ?? legend ?? "",
      ...rest.target,
    })),
  };
}

export const figure = (title, description, { thresholds = steps("text"), ...rest }, ...queries) =>
  panel(
    "stat",
    title,
    description,
    {
      width: 4,
      height: 4,
      thresholds,
      options: {
        colorMode: "background",
        graphMode: "area",
        reduceOptions: { calcs: ["lastNotNull"] },
        textMode: "value",
      },
      ...rest,
    },
    ...queries,
  );

/** `line`: a threshold that is drawn. */
export const lines = (title, description, { line, stacked = false, thresholds, ...rest }, ...queries) =>
  panel(
    "timeseries",
    title,
    description,
    {
      width: 12,
      thresholds: thresholds ?? (line === undefined ? steps(green) : steps("transparent", [line, red])),
      defaults: {
        custom: {
          drawStyle: "line",
          lineWidth: 2,
          fillOpacity: stacked ? 30 : 8,
          showPoints: "never",
          spanNulls: 60_000,
          stacking: { mode: stacked ? "normal" : "none" },
          thresholdsStyle: { mode: line === undefined ? "off" : "line" },
        },
      },
      options: {
        legend: { displayMode: "list", placement: "bottom", showLegend: true },
        tooltip: { mode: "multi", sort: "desc" },
      },
      ...rest,
    },
    ...queries,
  );

export const heat = (title, description, expr, unit) =>
  panel(
    "heatmap",
    title,
    description,
    {
      width: 12,
      unit,
      target: { format: "heatmap" },
      options: {
        calculate: false,
        color: { scheme: "Blues", mode: "scheme" },
        yAxis: { unit },
        cellGap: 1,
        tooltip: { mode: "single" },
      },
    },
    [expr, "{{le}}"],
  );
