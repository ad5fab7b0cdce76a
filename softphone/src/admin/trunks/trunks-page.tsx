import { Button, Text } from "@mantine/core";
import { trunks } from "@ringdown/contract";
import { IconPlus } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { call } from "../../api/client.ts";
import { Empty, Listing, Page, Panel } from "../../shared/page.tsx";
import { useAction } from "../../shared/refusals.tsx";
import { inOrder, moveCarrier } from "./core/carrier-order.ts";
import { TrunkRow } from "./trunk-row.tsx";
import classes from "./trunks.module.css";
import { useTrunks } from "./use-trunks.ts";

/** Trunks in the order in which they are tried for calls out, with how each stands. */
export function TrunksPage() {
  const { t } = useTranslation();
  const query = useTrunks();
  const add = (
    <Button component={Link} to="/admin/trunks/new" leftSection={<IconPlus size={16} />}>
      {t("trunks.add")}
    </Button>
  );
  return (
    <Page title={t("nav.trunks")} hint={t("trunks.hint")} actions={add}>
      <Panel flush>
        <Listing
          query={query}
          items={(data) => data.trunks}
          empty={<Empty title={t("trunks.empty")} hint={t("trunks.emptyHint")} />}
        >
          {(items) => <TrunkList trunks={items} />}
        </Listing>
      </Panel>
      <Text size="xs" c="dimmed" mt="xs">
        {t("trunks.perNode")}
      </Text>
    </Page>
  );
}

function TrunkList(props: { trunks: readonly trunks.Trunk[] }) {
  const { t } = useTranslation();
  const list = inOrder(props.trunks);
  const carriers = list.filter(({ outbound }) => outbound !== null);
  const { move, words } = useMoving(carriers);
  return (
    <>
      <ul className={classes["list"]} aria-label={t("nav.trunks")}>
        {list.map((trunk) => {
          const place = carriers.indexOf(trunk);
          return (
            <TrunkRow
              key={trunk.id}
              trunk={trunk}
              {...(place >= 0 &&
                carriers.length > 1 && {
                  place: { at: place, of: carriers.length, move: (by) => move(trunk, by) },
                })}
            />
          );
        })}
      </ul>
      <div role="status" className="rd-visually-hidden">
        {words}
      </div>
    </>
  );
}

/** Moves a carrier; the focus stays on its button, and a screen reader hears where it is now. */
function useMoving(carriers: readonly trunks.Trunk[]) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [words, setWords] = useState("");
  const saving = useAction(
    async ({ trunk, by }: { trunk: trunks.Trunk; by: -1 | 1 }) => {
      for (const { id, order } of moveCarrier(carriers, trunk.id, by))
        await call(trunks.updateTrunk, { params: { trunkId: id }, body: { order } });
      await queries.invalidateQueries({ queryKey: ["trunks"] });
      return { trunk, by };
    },
    {
      onDone: ({ trunk, by }) => {
        const place = carriers.findIndex(({ id }) => id === trunk.id) + by + 1;
        setWords(t("trunks.moved", { name: trunk.name, place, count: carriers.length }));
        focusMove(trunk.id, by);
      },
    },
  );
  const move = (trunk: trunks.Trunk, by: -1 | 1) => {
    if (!saving.isPending) saving.mutate({ trunk, by });
  };
  return { move, words };
}

/** At the end of the list only the other way is left. */
function focusMove(trunkId: string, by: -1 | 1): void {
  requestAnimationFrame(() => {
    const buttons = [by, -by].map((way) =>
      document.querySelector<HTMLButtonElement>(`[data-move="${trunkId} ${way}"] button`),
    );
    buttons.find((button) => button !== null && !button.disabled)?.focus();
  });
}
