import { ActionIcon, Menu } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { people } from "@ringdown/contract";
import { IconDots } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { call } from "../api/client.ts";
import { useMe } from "../session/session.tsx";
import { useConfirm } from "../shared/dialogs.tsx";
import { useAction } from "../shared/refusals.tsx";
import type { DeskPhoneSecret, InvitationLink } from "./handover-dialogs.tsx";

/** Where the secrets go that are shown once. */
export interface Handover {
  onLink: (link: InvitationLink) => void;
  onSecret: (secret: DeskPhoneSecret) => void;
}

/** What an administrator can do with a person. */
export function PersonMenu(props: { person: people.Person; onEdit: () => void } & Handover) {
  const { t } = useTranslation();
  const { person } = props;
  const me = useMe();
  const confirm = useConfirm();
  const queries = useQueryClient();
  const params = { personId: person.id };
  const refresh = () => void queries.invalidateQueries({ queryKey: ["people"] });
  const invite = useAction(() => call(people.invitePerson, { params }), {
    onDone: (link) => props.onLink({ ...link, name: person.name }),
  });
  const setActive = useAction((active: boolean) => call(people.updatePerson, { params, body: { active } }), {
    onDone: refresh,
  });
  const issue = useAction(() => call(people.issueDeskPhone, { params }), {
    onDone: (secret) => {
      props.onSecret({ ...secret, name: person.name });
      refresh();
    },
  });
  const revoke = useAction(() => call(people.revokeDeskPhone, { params }), {
    onDone: () => {
      notifications.show({ message: t("people.deskPhoneRevoked", { name: person.name }) });
      refresh();
    },
  });
  const deactivate = () =>
    confirm({
      title: t("people.deactivateTitle", { name: person.name }),
      sentence: t("people.deactivateSentence"),
      action: t("people.deactivate"),
      run: () => setActive.mutate(false),
    });
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={t("people.actionsFor", { name: person.name })}>
          <IconDots size={18} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={props.onEdit}>{t("common.edit")}</Menu.Item>
        <Menu.Item component={Link} to={`/admin/people/${person.id}`}>
          {t("people.skillsAndCapacity")}
        </Menu.Item>
        <Menu.Item onClick={() => invite.mutate(undefined)}>
          {person.hasPassword ? t("people.resetPassword") : t("people.inviteAgain")}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item onClick={() => issue.mutate(undefined)}>
          {person.deskPhone === null ? t("people.issueDeskPhone") : t("people.reissueDeskPhone")}
        </Menu.Item>
        {person.deskPhone !== null && (
          <Menu.Item
            color="red"
            onClick={() =>
              confirm({
                title: t("people.revokeDeskPhone"),
                sentence: t("people.revokeSentence", { name: person.name }),
                action: t("people.revoke"),
                run: () => revoke.mutate(undefined),
              })
            }
          >
            {t("people.revokeDeskPhone")}
          </Menu.Item>
        )}
        <Menu.Divider />
        {person.active ? (
          <Menu.Item color="red" disabled={person.id === me.id} onClick={deactivate}>
            {t("people.deactivate")}
          </Menu.Item>
        ) : (
          <Menu.Item onClick={() => setActive.mutate(true)}>{t("people.reactivate")}</Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
