import { Button } from "@mantine/core";
import { IconPhoneOutgoing, IconPhoneX } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useLegState, usePhone } from "../phone/phone.tsx";
import { KeyHint } from "../shared/shortcuts.tsx";
import { Elapsed } from "../shared/timers.tsx";
import { useDeskActions } from "./desk-actions.ts";
import classes from "./desk.module.css";

/** A call back while the customer's telephone rings: the agent waits, and may let it go. */
export function CallbackCalling(props: { since: number }) {
  const { t } = useTranslation();
  const actions = useDeskActions();
  const { leg } = usePhone();
  const isOnTheLine = useLegState(leg)?.phase === "talking";
  return (
    <>
      <div className={classes["alert"]} role="status" data-testid="callback-calling">
        <IconPhoneOutgoing size={18} aria-hidden /> {t("callbacks.callingCustomer")}{" "}
        <Elapsed since={props.since} />
      </div>
      <div className={classes["actions"]}>
        <Button
          size="md"
          variant="default"
          leftSection={<IconPhoneX size={19} />}
          rightSection={<KeyHint of={isOnTheLine ? "E" : "D"} />}
          onClick={isOnTheLine ? actions.hangUp : actions.decline}
          data-testid="callback-stop"
        >
          {isOnTheLine ? t("call.hangUp") : t("offer.decline")}
        </Button>
      </div>
    </>
  );
}
