import { Button } from "@mantine/core";
import { IconPhoneOff } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useLabels } from "../shared/labels.ts";
import { KeyHint } from "../shared/shortcuts.tsx";
import { useDeskActions } from "./desk-actions.ts";
import classes from "./desk.module.css";
import { OfferButtons } from "./offer-card.tsx";

/** It rings, and the server hasn't told (or can't tell) more than the phone knows. */
export function BareOffer(props: { from: string }) {
  const { t } = useTranslation();
  const labels = useLabels();
  return (
    <section className={`${classes["hero"]} ${classes["offer"]}`} data-testid="offer-card">
      <div>
        <div className={classes["caption"]}>{t("offer.incomingBare")}</div>
        <h2 className={`${classes["who"]} rd-num`}>{labels.caller(props.from)}</h2>
      </div>
      <OfferButtons isOnDeskPhone={false} />
    </section>
  );
}

/** The phone talks, and the server hasn't told more. */
export function BareCall(props: { from: string }) {
  const { t } = useTranslation();
  const labels = useLabels();
  const actions = useDeskActions();
  return (
    <section className={classes["hero"]} data-testid="call-card">
      <div>
        <div className={classes["caption"]}>{t("call.connecting")}</div>
        <h2 className={`${classes["who"]} rd-num`}>{labels.caller(props.from)}</h2>
      </div>
      <div className={classes["actions"]}>
        <Button
          color="red"
          leftSection={<IconPhoneOff size={18} />}
          rightSection={<KeyHint of="E" />}
          onClick={actions.hangUp}
          data-testid="call-hangup"
        >
          {t("call.hangUp")}
        </Button>
      </div>
    </section>
  );
}
