import { ActionIcon, CopyButton, Text, Textarea, TextInput, Tooltip } from "@mantine/core";
import { modals } from "@mantine/modals";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

/** Asks before something that can't be taken back; the button says what it does. */
export function useConfirm(): (question: {
  title: string;
  sentence: string;
  action: string;
  run: () => void;
}) => void {
  const { t } = useTranslation();
  return ({ title, sentence, action, run }) => {
    modals.openConfirmModal({
      title,
      children: <Text size="sm">{sentence}</Text>,
      labels: { confirm: action, cancel: t("common.cancel") },
      confirmProps: { color: "red" },
      closeButtonProps: { "aria-label": t("common.close") },
      onConfirm: run,
    });
  };
}

/** Text to take elsewhere. */
export function CopyField(props: { label: string; value: string; rows?: number; testId?: string }) {
  const { t } = useTranslation();
  const copy = (
    <CopyButton value={props.value}>
      {({ copied, copy: run }) => (
        <Tooltip label={copied ? t("common.copied") : t("common.copy")}>
          <ActionIcon variant="subtle" onClick={run} aria-label={`${t("common.copy")}: ${props.label}`}>
            {copied ? <IconCheck size={17} /> : <IconCopy size={17} />}
          </ActionIcon>
        </Tooltip>
      )}
    </CopyButton>
  );
  const common = {
    label: props.label,
    value: props.value,
    readOnly: true,
    rightSection: copy,
    "data-testid": props.testId,
    styles: { input: { fontFamily: "var(--mantine-font-family-monospace)", fontSize: 12 } },
    onFocus: (event: React.FocusEvent<HTMLInputElement | HTMLTextAreaElement>) =>
      event.currentTarget.select(),
  };
  return props.rows === undefined ? <TextInput {...common} /> : <Textarea {...common} rows={props.rows} />;
}
