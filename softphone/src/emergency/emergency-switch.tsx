import { Button } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { emergency as contract } from "@ringdown/contract";
import { IconUrgent } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { call } from "../api/client.ts";
import { useConfirm } from "../shared/dialogs.tsx";
import { useAction } from "../shared/refusals.tsx";
import { EmergencyDialog } from "./emergency-dialog.tsx";
import { useEmergency } from "./use-emergency.ts";

/** The switch of the supervisor's page: on in two steps, off after a question. */
export function EmergencySwitch() {
  const { t } = useTranslation();
  const shown = useEmergency();
  const confirm = useConfirm();
  const queries = useQueryClient();
  const [isOpen, dialog] = useDisclosure(false);
  const switchOff = useAction(() => call(contract.switchEmergency, { body: { emergency: null } }), {
    onDone: () => void queries.invalidateQueries({ queryKey: ["emergency"] }),
  });
  if (shown === null) {
    return (
      <>
        <Button
          variant="default"
          leftSection={<IconUrgent size={17} />}
          onClick={dialog.open}
          data-testid="emergency-open"
        >
          {t("emergency.open")}
        </Button>
        {isOpen && <EmergencyDialog onClose={dialog.close} />}
      </>
    );
  }
  return (
    <>
      <Button variant="default" onClick={dialog.open}>
        {t("emergency.change")}
      </Button>
      <Button
        color="red"
        leftSection={<IconUrgent size={17} />}
        loading={switchOff.isPending}
        data-testid="emergency-off"
        onClick={() =>
          confirm({
            title: t("emergency.offTitle", { name: shown.emergency.name }),
            sentence: t("emergency.offSentence"),
            action: t("emergency.off"),
            run: () => switchOff.mutate(undefined),
          })
        }
      >
        {t("emergency.off")}
      </Button>
      {isOpen && <EmergencyDialog current={shown.emergency} onClose={dialog.close} />}
    </>
  );
}
