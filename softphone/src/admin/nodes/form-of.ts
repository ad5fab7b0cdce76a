import type { flow as contract } from "@ringdown/contract";

/** What the form of a kind of node gets: the node, and where the changed one goes. */
export interface FormOf<Kind extends contract.FlowNodeKind> {
  node: Extract<contract.FlowNode, { kind: Kind }>;
  onChange: (node: Extract<contract.FlowNode, { kind: Kind }>) => void;
}

/** Ties a field to one property of the node. */
export function fieldOf<Node extends object, Key extends keyof Node>(
  form: { node: Node; onChange: (node: Node) => void },
  key: Key,
): { value: Node[Key]; onChange: (value: Node[Key]) => void } {
  return {
    value: form.node[key],
    onChange: (value) => form.onChange({ ...form.node, [key]: value }),
  };
}
