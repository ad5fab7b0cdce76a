// Parts of the dashboard's expressions.

/** By queue: the name comes from the info metric, which has one series a queue and node. */
export const byQueue = (expression) =>
  `(${expression}) * on (queue_id) group_left (name) max by (queue_id, name) (ringdown_queue_info{name=~"$queue"})`;
export const queue = "{{name}}";
export const increase = (metric, by) => `sum by (${by}) (increase(${metric}[$__rate_interval]))`;

export const answered = (within) =>
  `sum by (queue_id) (increase(ringdown_queue_answered_wait_seconds_bucket{le="${within}"}[30m]))`;
export const decided = `sum by (queue_id) (increase(ringdown_queue_left_total{cause=~"answered|abandoned"}[30m]))`;
