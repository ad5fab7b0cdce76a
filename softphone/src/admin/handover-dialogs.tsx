import { Modal, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { CopyField } from "../shared/dialogs.tsx";
import { useFormats } from "../shared/format.ts";

export interface InvitationLink {
  name: string;
  url: string;
  expiresAt: string;
}

/** The one-time link, to be copied and sent. */
export function InvitationDialog(props: { link: InvitationLink | null; onClose: () => void }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const { link } = props;
  return (
    <Modal
      opened={link !== null}
      onClose={props.onClose}
      title={t("people.linkTitle", { name: link?.name ?? "" })}
      closeButtonProps={{ "aria-label": t("common.close") }}
    >
      {link !== null && (
        <Stack>
          <Text size="sm">
            {t("people.linkHint", { until: formats.dateTime(Date.parse(link.expiresAt)) })}
          </Text>
          <CopyField label={t("people.link")} value={link.url} testId="invitation-link" />
        </Stack>
      )}
    </Modal>
  );
}

export interface DeskPhoneSecret {
  name: string;
  username: string;
  password: string;
  domain: string;
}

/** What to enter in a desk phone; shown once. */
export function DeskPhoneDialog(props: { secret: DeskPhoneSecret | null; onClose: () => void }) {
  const { t } = useTranslation();
  const { secret } = props;
  return (
    <Modal
      opened={secret !== null}
      onClose={props.onClose}
      closeOnClickOutside={false}
      title={t("people.deskPhoneTitle", { name: secret?.name ?? "" })}
      closeButtonProps={{ "aria-label": t("common.close") }}
    >
      {secret !== null && (
        <Stack>
          <Text size="sm">{t("people.deskPhoneHint")}</Text>
          <CopyField label={t("people.sipDomain")} value={secret.domain} />
          <CopyField label={t("signIn.username")} value={secret.username} />
          <CopyField label={t("signIn.password")} value={secret.password} />
        </Stack>
      )}
    </Modal>
  );
}
