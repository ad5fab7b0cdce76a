import type { agentDesk } from "@ringdown/contract";
import { useTranslation } from "react-i18next";
import { useLive } from "../live/live.tsx";
import { LoadingRows, Page } from "../shared/page.tsx";
import { AudioCheck } from "./audio-check.tsx";
import { BareCall, BareOffer } from "./bare.tsx";
import type { Activity } from "./core/activity.ts";
import { useActivity } from "./desk-actions.ts";
import classes from "./desk.module.css";
import { IdlePanel } from "./idle-panel.tsx";
import { OfferCard } from "./offer-card.tsx";
import { RecentCalls } from "./recent-calls.tsx";
import { TodayPanel } from "./today-panel.tsx";
import { WorkPanel } from "./work-panel.tsx";

/** Where an agent spends the day. */
export function DeskPage() {
  const { t } = useTranslation();
  const desk = useLive((state) => state.desk);
  const activity = useActivity();
  return (
    <Page title={t("nav.desk")}>
      {desk === null || activity === null ? (
        <LoadingRows rows={6} />
      ) : (
        <div className={classes["desk"]}>
          <div className={classes["main"]}>
            <MainPlace desk={desk} activity={activity} />
            <RecentCalls />
          </div>
          <div className={classes["side"]}>
            <TodayPanel today={desk.today} />
            <AudioCheck />
          </div>
        </div>
      )}
    </Page>
  );
}

function MainPlace(props: { desk: agentDesk.Desk; activity: Activity }) {
  const { activity, desk } = props;
  switch (activity.kind) {
    case "offer":
      return <OfferCard offer={activity.offer} isOnDeskPhone={desk.phone.kind === "desk-phone"} />;
    case "bare-offer":
      return <BareOffer from={activity.from} />;
    case "bare-call":
      return <BareCall from={activity.from} />;
    case "work":
      return (
        <WorkPanel
          key={activity.card.interactionId}
          card={activity.card}
          call={activity.call}
          wrapUp={activity.wrapUp}
        />
      );
    case "none":
      return <IdlePanel desk={desk} />;
  }
}
