import { trunks } from "@ringdown/contract";
import { useQuery } from "@tanstack/react-query";
import { call } from "../../api/client.ts";

/** Trunks with how they stand, anew every ten seconds while somebody looks (react-query rests in a hidden tab). */
export function useTrunks() {
  return useQuery({
    queryKey: ["trunks"],
    queryFn: () => call(trunks.listTrunks),
    refetchInterval: 10_000,
  });
}
