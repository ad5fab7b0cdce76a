import { emergency as contract } from "@ringdown/contract";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { call } from "../api/client.ts";
import { useNow } from "../live/live.tsx";

export interface ShownEmergency {
  emergency: contract.Emergency;
  /** What callers hear, in words: in the language of the screen if there is a message in it. */
  heard: string;
}

/** The emergency switch if it is on; null while it is off, and before it is known. */
export function useEmergency(): ShownEmergency | null {
  const { i18n } = useTranslation();
  const now = useNow();
  const query = useQuery({ queryKey: ["emergency"], queryFn: () => call(contract.readEmergency) });
  const emergency = query.data?.emergency ?? null;
  if (!contract.isEmergencyOn(emergency, now)) return null;
  const { en = "", zh = "" } = query.data?.heard ?? {};
  const [own, other] = i18n.language === "zh" ? [zh, en] : [en, zh];
  return { emergency, heard: own === "" ? other : own };
}
