import { ActionIcon, Menu } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { callbacks as contract } from "@ringdown/contract";
import { IconDots } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { call } from "../api/client.ts";
import { useLabels } from "../shared/labels.ts";
import { useAction } from "../shared/refusals.tsx";

/** What a supervisor can do with an open call back. */
export function CallbackMenu(props: {
  callback: contract.Callback;
  onCancel: () => void;
  onNumber: () => void;
}) {
  const { t } = useTranslation();
  const labels = useLabels();
  const queries = useQueryClient();
  const { callback } = props;
  const number = labels.caller(callback.number);
  const isCalling = callback.state === "calling";
  const hasten = useAction(
    (first: boolean) =>
      call(contract.hastenCallback, { params: { callbackId: callback.id }, body: { first } }),
    {
      onDone: () => {
        notifications.show({ message: t("callbacks.hastened", { number }) });
        void queries.invalidateQueries({ queryKey: ["callbacks"] });
      },
    },
  );
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={t("callbacks.actionsFor", { number })}>
          <IconDots size={18} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item disabled={isCalling} onClick={() => hasten.mutate(false)} data-testid="callback-now">
          {t("callbacks.callNow")}
        </Menu.Item>
        <Menu.Item disabled={isCalling} onClick={() => hasten.mutate(true)} data-testid="callback-first">
          {t("callbacks.moveFirst")}
        </Menu.Item>
        <Menu.Item disabled={isCalling} onClick={props.onNumber}>
          {t("callbacks.changeNumber")}
        </Menu.Item>
        {callback.interactionId !== null && (
          <Menu.Item component={Link} to={`/interactions/${callback.interactionId}`}>
            {t("callbacks.ownInteraction")}
          </Menu.Item>
        )}
        <Menu.Divider />
        <Menu.Item color="red" disabled={isCalling} onClick={props.onCancel} data-testid="callback-cancel">
          {t("callbacks.cancel")}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
