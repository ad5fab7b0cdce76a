import { ActionIcon, Button, Menu, Table } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { people } from "@ringdown/contract";
import { IconDots, IconPlus } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Tag } from "../shared/tag.tsx";
import { TableFrame } from "../shared/table-frame.tsx";
import { call } from "../api/client.ts";
import { useHasRole, useMe } from "../session/session.tsx";
import { useConfirm } from "../shared/dialogs.tsx";
import { useFormats } from "../shared/format.ts";
import { Empty, Listing, Page, Panel } from "../shared/page.tsx";
import { useAction } from "../shared/refusals.tsx";
import {
  DeskPhoneDialog,
  InvitationDialog,
  type DeskPhoneSecret,
  type InvitationLink,
} from "./handover-dialogs.tsx";
import { PersonDialog } from "./person-dialog.tsx";

/** Everybody who may sign in. */
export function PeoplePage() {
  const { t } = useTranslation();
  const isAdministrator = useHasRole("administrator");
  const query = useQuery({ queryKey: ["people"], queryFn: () => call(people.listPeople) });
  const [edited, setEdited] = useState<people.Person | "new" | null>(null);
  const [link, setLink] = useState<InvitationLink | null>(null);
  const [secret, setSecret] = useState<DeskPhoneSecret | null>(null);
  const add = isAdministrator && (
    <Button leftSection={<IconPlus size={16} />} onClick={() => setEdited("new")} data-testid="person-add">
      {t("people.add")}
    </Button>
  );
  return (
    <Page title={t("nav.people")} hint={t("people.hint")} actions={add}>
      <Panel flush>
        <Listing query={query} items={(data) => data.people} empty={<Empty title={t("people.empty")} />}>
          {(items) => (
            <PeopleTable
              items={items}
              onEdit={setEdited}
              onLink={setLink}
              onSecret={setSecret}
              canEdit={isAdministrator}
            />
          )}
        </Listing>
      </Panel>
      {edited !== null && (
        <PersonDialog person={edited} onClose={() => setEdited(null)} onInvited={setLink} />
      )}
      <InvitationDialog link={link} onClose={() => setLink(null)} />
      <DeskPhoneDialog secret={secret} onClose={() => setSecret(null)} />
    </Page>
  );
}

interface Handlers {
  onEdit: (person: people.Person) => void;
  onLink: (link: InvitationLink) => void;
  onSecret: (secret: DeskPhoneSecret) => void;
}

function PeopleTable(props: { items: readonly people.Person[]; canEdit: boolean } & Handlers) {
  const { t } = useTranslation();
  const { items, canEdit, ...handlers } = props;
  return (
    <TableFrame minWidth={760}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("people.name")}</Table.Th>
            <Table.Th>{t("signIn.username")}</Table.Th>
            <Table.Th>{t("people.role")}</Table.Th>
            <Table.Th>{t("people.state")}</Table.Th>
            <Table.Th>{t("people.lastSignIn")}</Table.Th>
            <Table.Th>{t("people.deskPhone")}</Table.Th>
            {canEdit && (
              <Table.Th>
                <span className="rd-visually-hidden">{t("common.actions")}</span>
              </Table.Th>
            )}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {items.map((person) => (
            <PersonRow key={person.id} person={person} canEdit={canEdit} {...handlers} />
          ))}
        </Table.Tbody>
      </Table>
    </TableFrame>
  );
}

function PersonRow(props: { person: people.Person; canEdit: boolean } & Handlers) {
  const { t } = useTranslation();
  const formats = useFormats();
  const { person } = props;
  const lastSignIn = person.lastSignInAt === null ? "–" : formats.moment(Date.parse(person.lastSignInAt));
  return (
    <Table.Tr data-testid={`person-row-${person.id}`} {...(!person.active && { c: "dimmed" })}>
      <Table.Td fw={600}>{person.name}</Table.Td>
      <Table.Td>{person.username}</Table.Td>
      <Table.Td>{t(`role.${person.role}`)}</Table.Td>
      <Table.Td>
        <PersonState person={person} />
      </Table.Td>
      <Table.Td className="rd-num">{lastSignIn}</Table.Td>
      <Table.Td>{person.deskPhone?.username ?? "–"}</Table.Td>
      {props.canEdit && (
        <Table.Td ta="right">
          <PersonMenu {...props} />
        </Table.Td>
      )}
    </Table.Tr>
  );
}

function PersonState(props: { person: people.Person }) {
  const { t } = useTranslation();
  const { person } = props;
  if (!person.active) return <Tag>{t("people.inactive")}</Tag>;
  if (!person.hasPassword) return <Tag tone="warn">{t("people.invited")}</Tag>;
  return <Tag tone="good">{t("people.active")}</Tag>;
}

function PersonMenu(props: { person: people.Person } & Handlers) {
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
        <Menu.Item onClick={() => props.onEdit(person)}>{t("common.edit")}</Menu.Item>
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
