import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useConfirm } from "../shared/dialogs.tsx";
import { useAction } from "../shared/refusals.tsx";

/** Something that can be deleted, the question before it, and the key under which the list of such things is kept. */
export interface Deletion {
  title: string;
  sentence: string;
  run: () => Promise<unknown>;
  list: string;
  onDone?: () => void;
}

/** `ask` deletes if the person confirms; then the list is fetched anew. */
export function useDeletion(deletion: Deletion): { ask: () => void; isPending: boolean } {
  const { t } = useTranslation();
  const confirm = useConfirm();
  const queries = useQueryClient();
  const remove = useAction(deletion.run, {
    onDone: () => {
      void queries.invalidateQueries({ queryKey: [deletion.list] });
      deletion.onDone?.();
    },
  });
  const ask = () =>
    confirm({
      title: deletion.title,
      sentence: deletion.sentence,
      action: t("common.delete"),
      run: () => remove.mutate(undefined),
    });
  return { ask, isPending: remove.isPending };
}
