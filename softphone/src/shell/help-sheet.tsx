import { Modal, Stack, Switch, Table, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useShortcutsEnabled } from "../shared/shortcuts.tsx";

const sections = [
  ["anywhere", { R: "anywhere.R", P: "anywhere.P", "?": "anywhere.help" }],
  ["offer", { A: "offer.A", D: "offer.D" }],
  ["call", { M: "call.M", H: "call.H", K: "call.K", E: "call.E", N: "call.N" }],
  ["wrapUp", { N: "wrapUp.N", X: "wrapUp.X", F: "wrapUp.F" }],
  ["player", { Space: "player.Space", "←": "player.back", "→": "player.forward" }],
] as const;

/** All single keys, and the switch that turns them off. */
export function HelpSheet(props: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  const [isOn, setOn] = useShortcutsEnabled();
  return (
    <Modal
      opened={props.opened}
      onClose={props.onClose}
      title={t("help.title")}
      size="md"
      closeButtonProps={{ "aria-label": t("common.close") }}
    >
      <Stack gap="md">
        <Switch
          label={t("help.enabled")}
          description={t("help.enabledHint")}
          checked={isOn}
          onChange={(event) => setOn(event.currentTarget.checked)}
        />
        {sections.map(([section, keys]) => (
          <div key={section}>
            <Text fw={600} size="sm" mb={2}>
              {t(`help.section.${section}`)}
            </Text>
            <Table verticalSpacing={4} horizontalSpacing={0}>
              <Table.Tbody>
                {Object.entries(keys).map(([key, name]) => (
                  <Table.Tr key={key}>
                    <Table.Td w={70}>
                      <kbd className="rd-key">{key}</kbd>
                    </Table.Td>
                    <Table.Td>{t(`help.${name}`)}</Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </div>
        ))}
      </Stack>
    </Modal>
  );
}
