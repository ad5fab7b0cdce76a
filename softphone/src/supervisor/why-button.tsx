import { UnstyledButton } from "@mantine/core";
import { useTranslation } from "react-i18next";
import classes from "./live.module.css";

/** Asks why, at the end of a row; `label` is the whole question for screen readers. */
export function WhyButton(props: { label: string; onClick: () => void }) {
  const { t } = useTranslation();
  return (
    <UnstyledButton
      className={classes["why"] ?? ""}
      aria-label={props.label}
      aria-haspopup="dialog"
      onClick={props.onClick}
      data-testid="why"
    >
      {t("live.why")}
    </UnstyledButton>
  );
}
