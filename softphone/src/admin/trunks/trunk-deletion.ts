import { trunks } from "@ringdown/contract";
import type { TFunction } from "i18next";
import { call } from "../../api/client.ts";
import type { Deletion } from "../deletion.ts";

export function trunkDeletion(trunk: trunks.Trunk, t: TFunction): Deletion {
  return {
    title: t("trunks.deleteTitle", { name: trunk.name }),
    sentence: t("trunks.deleteSentence"),
    run: () => call(trunks.deleteTrunk, { params: { trunkId: trunk.id } }),
    list: "trunks",
  };
}
