import type { flow as contract } from "@ringdown/contract";
import { useState } from "react";

interface FlowDraft {
  flow: contract.Flow;
  isChanged: boolean;
  change(flow: contract.Flow): void;
  /** Back to what is stored. */
  discard(): void;
  /** After saving: nothing is left to keep. */
  forget(): void;
}

/** The flow as edited in this tab; leaving the page and coming back keeps it, per version. */
export function useFlowDraft(flowId: string, version: number, stored: contract.Flow): FlowDraft {
  const key = `ringdown.flow.${flowId}.${version}`;
  const [draft, setDraft] = useState<contract.Flow | null>(() => readDraft(key));
  return {
    flow: draft ?? stored,
    isChanged: draft !== null,
    change: (flow) => {
      sessionStorage.setItem(key, JSON.stringify(flow));
      setDraft(flow);
    },
    discard: () => {
      sessionStorage.removeItem(key);
      setDraft(null);
    },
    forget: () => sessionStorage.removeItem(key),
  };
}

function readDraft(key: string): contract.Flow | null {
  const text = sessionStorage.getItem(key);
  return text === null ? null : (JSON.parse(text) as contract.Flow);
}
