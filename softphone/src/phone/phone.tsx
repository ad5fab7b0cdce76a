import { createContext, use, type ReactNode } from "react";
import { useStore } from "../shared/store.ts";
import { Store } from "../shared/store.ts";
import { notMeasured, type CallQuality } from "./core/call-quality.ts";
import type { IncomingLeg, LegState } from "./incoming-leg.ts";
import type { Ringer } from "./ringer.ts";
import type { PhoneState, Softphone } from "./softphone.ts";

interface PhoneParts {
  softphone: Softphone;
  ringer: Ringer;
}
const PhoneContext = createContext<PhoneParts | null>(null);

export function PhoneProvider(props: PhoneParts & { children: ReactNode }) {
  const { softphone, ringer } = props;
  return <PhoneContext value={{ softphone, ringer }}>{props.children}</PhoneContext>;
}

/** The softphone and ringer of this tab; only below a PhoneProvider. */
export function usePhoneParts(): PhoneParts {
  const parts = use(PhoneContext);
  if (parts === null) throw new Error("usePhoneParts outside PhoneProvider");
  return parts;
}

export function usePhone(): PhoneState {
  return useStore(usePhoneParts().softphone.state, (state) => state);
}

const noLeg = new Store<LegState | null>(null);
const noQuality = new Store<CallQuality>(notMeasured);

/** The state of a leg, or null without one. */
export function useLegState(leg: IncomingLeg | null): LegState | null {
  const store: Store<LegState> | Store<LegState | null> = leg === null ? noLeg : leg.state;
  return useStore(store, (state) => state);
}

export function useQuality(leg: IncomingLeg | null): CallQuality {
  return useStore(leg?.media.quality ?? noQuality, (quality) => quality);
}
