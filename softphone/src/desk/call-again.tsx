import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { type agentDesk, callbacks } from "@ringdown/contract";
import { IconPhoneX } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { call } from "../api/client.ts";
import { useAction } from "../shared/refusals.tsx";

/** After a call back that a voicemail box answered: the customer is called again later. */
export function CallAgainLater(props: { card: agentDesk.CallCard }) {
  const { t } = useTranslation();
  const [isDone, setDone] = useState(false);
  const { interactionId } = props.card;
  const again = useAction(() => call(callbacks.callAgainLater, { params: { interactionId } }), {
    onDone: ({ state }) => {
      setDone(true);
      notifications.show({
        message: state === "failed" ? t("callbacks.lastTry") : t("callbacks.againLater"),
      });
    },
  });
  return (
    <Button
      variant="default"
      size="sm"
      disabled={isDone}
      loading={again.isPending}
      leftSection={<IconPhoneX size={16} />}
      onClick={() => again.mutate(undefined)}
      data-testid="call-again"
    >
      {isDone ? t("callbacks.againNoted") : t("callbacks.voicemailReached")}
    </Button>
  );
}
