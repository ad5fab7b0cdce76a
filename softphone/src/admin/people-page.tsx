import { Table } from "@mantine/core";
import { people } from "@ringdown/contract";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { call } from "../api/client.ts";
import { useHasRole } from "../session/session.tsx";
import { useFormats } from "../shared/format.ts";
import type { Heading } from "../shared/list-table.tsx";
import { Tag } from "../shared/tag.tsx";
import {
  DeskPhoneDialog,
  InvitationDialog,
  type DeskPhoneSecret,
  type InvitationLink,
} from "./handover-dialogs.tsx";
import { ListPage } from "./list-page.tsx";
import { PersonDialog } from "./person-dialog.tsx";
import { PersonMenu, type Handover } from "./person-menu.tsx";

/** Everybody who may sign in. */
export function PeoplePage() {
  const { t } = useTranslation();
  const isAdministrator = useHasRole("administrator");
  const query = useQuery({ queryKey: ["people"], queryFn: () => call(people.listPeople) });
  const [link, setLink] = useState<InvitationLink | null>(null);
  const [secret, setSecret] = useState<DeskPhoneSecret | null>(null);
  const actions: Heading[] = isAdministrator ? [{ name: t("common.actions"), is: "hidden" }] : [];
  return (
    <ListPage
      title={t("nav.people")}
      hint={t("people.hint")}
      {...(isAdministrator && { add: { label: t("people.add"), testId: "person-add" } })}
      query={query}
      items={(data) => data.people}
      empty={{ title: t("people.empty") }}
      minWidth={760}
      headings={[
        t("people.name"),
        t("signIn.username"),
        t("people.role"),
        t("people.state"),
        t("people.lastSignIn"),
        t("people.deskPhone"),
        ...actions,
      ]}
      renderRow={(person, edit) => (
        <PersonRow
          key={person.id}
          person={person}
          canEdit={isAdministrator}
          onEdit={edit}
          onLink={setLink}
          onSecret={setSecret}
        />
      )}
      renderDialog={(person, close) => <PersonDialog person={person} onClose={close} onInvited={setLink} />}
    >
      <InvitationDialog link={link} onClose={() => setLink(null)} />
      <DeskPhoneDialog secret={secret} onClose={() => setSecret(null)} />
    </ListPage>
  );
}

function PersonRow(props: { person: people.Person; canEdit: boolean; onEdit: () => void } & Handover) {
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
